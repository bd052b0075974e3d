#include "fragscope/alloc/allocators/available.h"

#include "fragscope/alloc/allocators/forms.h"

#include <algorithm>

namespace fragscope {

std::vector<AllocatorKind> availableAllocators() {
    std::vector<AllocatorKind> kinds;
#define FRAGSCOPE_KIND(Name) kinds.push_back(AllocatorKind::Name);
    FRAGSCOPE_ALLOCATORS(FRAGSCOPE_KIND)
#undef FRAGSCOPE_KIND
    std::sort(kinds.begin(), kinds.end());
    return kinds;
}

} // namespace fragscope
