#pragma once

#include "fragscope/base/units.h"

#include <cstdint>
#include <vector>

namespace fragscope::replacement {

/// How a page is used. A page that was written since it was loaded is dirty: it must be saved
/// before its frame can hold another page.
enum class Use : std::uint8_t { Read, Write };

/// One element of a reference string: which page is used, and how.
struct Reference {
    PageNumber page;
    Use use = Use::Read;

    friend bool operator==(const Reference&, const Reference&) = default;
};

/// The pages that a program uses, in order of time. Time is counted in references.
using ReferenceString = std::vector<Reference>;

} // namespace fragscope::replacement
