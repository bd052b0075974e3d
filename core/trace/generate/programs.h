#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/trace/generate/settings.h"
#include "fragscope/trace/generate/trace_maker.h"

/// The programs whose operations are generated. Each goes on until the maker is full.
namespace fragscope {

// ordinary_programs.cpp
void makeRandom(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makeFifo(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makeLifo(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makeRamp(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makePhases(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makeGrowing(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);

// hostile_programs.cpp
void makeEveryOther(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makeClassCrossing(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);
void makeRobson(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng);

} // namespace fragscope
