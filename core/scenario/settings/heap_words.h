#pragma once

#include "fragscope/workload/settings.h"

#include <optional>

/// The words of a script that use the heap of the process: how they are written.
namespace fragscope {

/// True for the words of this file.
bool usesHeap(Verb verb);

/// `text` is what follows `word`; nothing if that is none of these words or the rest is wrong.
std::optional<ScriptedAccess> parseHeapWord(std::string_view word, std::string_view text);

std::string printHeapWord(const ScriptedAccess& element);

} // namespace fragscope
