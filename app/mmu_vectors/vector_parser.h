#pragma once

#include "fragscope/base/error.h"
#include "fragscope/mmu_vectors/vector.h"

#include <string_view>

namespace fragscope::vectors {

/// One line of a vector file. A line with `steps` is a sequence. The Error has a reason and, if one
/// field is to blame, its name as key; file and line are the caller's to add.
Expected<Vector> parseVector(std::string_view line);

} // namespace fragscope::vectors
