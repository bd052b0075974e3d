#include "fragscope/ui/model/swap_slots.h"

#include <algorithm>
#include <tuple>

namespace fragscope {

std::vector<SlotUse> slotUses(const std::vector<ProcessPages>& processes) {
    std::vector<SlotUse> uses;
    for (const ProcessPages& process : processes) {
        for (const auto& table : *process.pages) {
            for (std::size_t i = 0; i < StateTable::pages; ++i) {
                if (table->stateOf(i) == PageState::SwappedOut) {
                    uses.push_back(
                        {table->numbers.at(i), process.process, table->first + PageCount(i)});
                }
            }
        }
    }
    std::sort(uses.begin(), uses.end(), [](const SlotUse& a, const SlotUse& b) {
        return std::tuple(a.slot, a.process, a.page) < std::tuple(b.slot, b.process, b.page);
    });
    return uses;
}

} // namespace fragscope
