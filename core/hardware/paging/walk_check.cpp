#include "fragscope/hardware/paging/walk_check.h"

#include <array>
#include <utility>

namespace fragscope {

namespace {

using NameAndText = std::pair<std::string_view, std::string_view>;

constexpr std::array<NameAndText, walkCheckCount> checks{{
    {"none", "the entry passes"},
    {"non-canonical",
     "the upper address bits are not copies of bit 47: general protection, no walk"},
    {"not-present", "the entry is not present (P = 0)"},
    {"reserved-address", "an address bit at or above MAXPHYADDR is set"},
    {"reserved-low-address", "an address bit inside the large page is set"},
    {"reserved-page-size", "PS is set where no page can be mapped"},
    {"reserved-no-execute", "bit 63 is set while EFER.NXE is 0"},
    {"supervisor-page", "user access to a supervisor page (U = 0 in some entry)"},
    {"read-only-page", "write to a read-only page (W = 0 in some entry)"},
    {"no-execute-page", "instruction fetch from a no-execute page (NX = 1 in some entry)"},
    {"smep", "supervisor fetch from a user page while CR4.SMEP is 1"},
    {"smap", "supervisor access to a user page while CR4.SMAP is 1 and AC is 0"},
    {"protection-key", "PKRU forbids this access for the page's protection key"},
    {"not-mapped", "no map entry covers the address"},
}};

} // namespace

std::string_view nameOf(WalkCheck check) {
    const auto index = static_cast<std::size_t>(check);
    return index < checks.size() ? checks[index].first : std::string_view();
}

std::string_view textOf(WalkCheck check) {
    const auto index = static_cast<std::size_t>(check);
    return index < checks.size() ? checks[index].second : std::string_view();
}

} // namespace fragscope
