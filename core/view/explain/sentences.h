#pragma once

#include "fragscope/event/event_kind.h"

#include <string_view>

namespace fragscope {

/// The sentence of a kind with places for operands (operand_text.h).
std::string_view sentenceOf(EventKind kind);

} // namespace fragscope
