#include "fragscope/ui/model/swap_slots.h"

#include "fragscope/base/text.h"
#include "fragscope/ui/widgets/text.h"

#include <QObject>

#include <algorithm>
#include <tuple>

namespace fragscope {

namespace {

/// The slot that holds a page, if one does.
std::optional<SlotUse> useOf(const StateTable& table, std::size_t index, std::uint32_t process) {
    SlotUse use{0, process, table.first + PageCount(index), table.present(index)};
    if (table.stateOf(index) == PageState::SwappedOut) {
        use.slot = table.numbers.at(index);
        return use;
    }
    if (!table.backings.empty() && use.resident &&
        table.backings.at(index).kind == BackingKind::Slot) {
        use.slot = table.backings.at(index).number;
        return use;
    }
    return std::nullopt;
}

/// Pages of one slot, from `first` to `end`: the one that is there only, or that is the chosen
/// process's, before others.
SlotCell
cellOf(std::uint64_t slot, std::span<const SlotUse> uses, std::uint32_t focus, const Names& names) {
    SlotCell cell;
    cell.kind = SlotKind::Kept;
    cell.tip = QObject::tr("slot %1").arg(slot);
    for (const SlotUse& use : uses) {
        const QString page = qt(text(startOf(use.page)));
        const QString who = qt(names.process(use.process));
        cell.tip += use.resident ? QObject::tr("\ncopy of page %1 of %2").arg(page, who)
                                 : QObject::tr("\npage %1 of %2").arg(page, who);
        const SlotKind kind = use.resident           ? SlotKind::Kept
                              : use.process == focus ? SlotKind::Own
                                                     : SlotKind::Other;
        if (cell.process == 0 || kind == SlotKind::Own) {
            cell.process = use.process;
            cell.vaddr = startOf(use.page).value;
            cell.kind = kind;
        }
    }
    return cell;
}

} // namespace

std::vector<SlotUse> slotUses(const std::vector<ProcessPages>& processes) {
    std::vector<SlotUse> uses;
    for (const ProcessPages& process : processes) {
        for (const auto& table : *process.pages) {
            for (std::size_t i = 0; i < StateTable::pages; ++i) {
                if (const auto use = useOf(*table, i, process.process)) {
                    uses.push_back(*use);
                }
            }
        }
    }
    std::sort(uses.begin(), uses.end(), [](const SlotUse& a, const SlotUse& b) {
        return std::tuple(a.slot, a.process, a.page) < std::tuple(b.slot, b.process, b.page);
    });
    return uses;
}

std::vector<SlotCell> slotCells(const Scene& scene, const Names& names) {
    std::vector<SlotCell> cells;
    const std::vector<SlotUse> uses = slotUses(scene.moment().allPages);
    auto use = uses.begin();
    const std::uint64_t count = std::min<std::uint64_t>(scene.slotCount(), SlotStrip::mostCells);
    for (std::uint64_t slot = 0; slot < count; ++slot) {
        const auto first = use;
        for (; use != uses.end() && use->slot == slot;) {
            ++use;
        }
        if (scene.slotReferences(slot) == 0) {
            cells.push_back({SlotKind::Free, QObject::tr("slot %1: free").arg(slot), 0, 0});
        } else {
            cells.push_back(cellOf(slot, std::span(first, use), scene.moment().focus, names));
        }
    }
    return cells;
}

} // namespace fragscope
