#pragma once

#include "fragscope/workload/settings.h"

#include <optional>

/// The words of a script that use segments: how they are written.
namespace fragscope {

/// `text` is what follows `word`; nothing if that is none of these words or the rest is wrong.
std::optional<ScriptedAccess> parseSegmentWord(std::string_view word, std::string_view text);

std::string printSegmentWord(const ScriptedAccess& element);

} // namespace fragscope
