#include "fragscope/hardware/cpu/register_name.h"

#include <array>

namespace fragscope {

std::string_view nameOf(RegisterName name) {
    static constexpr std::array<std::string_view, registerCount> names{
        "CR0", "CR2", "CR3", "CR4", "EFER", "PKRU", "CPL", "AC", "RSP"};
    const auto index = static_cast<std::size_t>(name);
    return index < names.size() ? names[index] : std::string_view();
}

} // namespace fragscope
