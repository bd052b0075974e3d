#pragma once

#include "fragscope/base/error.h"
#include "fragscope/kernel/replacement/reference.h"

#include <string_view>

namespace fragscope::replacement {

/// Reads page numbers separated by commas or white space, newlines included. A number is decimal or
/// 0x-hexadecimal; a `w` right behind it says that the page is written ("7w"). Lines whose first
/// character besides blanks is # are comments. A comma must follow a number. Errors, also that
/// there is no reference at all, carry line and column.
Expected<ReferenceString> parseReferences(std::string_view text);

} // namespace fragscope::replacement
