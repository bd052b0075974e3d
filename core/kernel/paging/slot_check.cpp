#include "fragscope/kernel/paging/slot_check.h"

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/paging/page_reader.h"
#include "fragscope/kernel/paging/slot_map.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

class Counter {
public:
    Counter(const MemoryReader& memory, const KernelRoot& root)
        : memory_(memory), root_(root), found_(root.slotCount) {}

    void scan(PhysAddr table, unsigned level) {
        const std::uint64_t entries = level == table_level::pml4 ? wordsPerPage / 2 : wordsPerPage;
        for (std::uint64_t i = 0; i < entries; ++i) {
            const PhysAddr place = table + ByteCount(i * wordBytes);
            const Pte entry{memory_.read(place)};
            if (level == table_level::pt) {
                count(place);
            } else if (entry.present() && !entry.large()) {
                scan(entry.base(), level - 1);
            }
        }
    }

    std::optional<std::string> differences() const {
        std::uint64_t free = 0;
        for (std::uint64_t slot = 0; slot < root_.slotCount; ++slot) {
            const std::uint64_t noted = decodeSlotReferences(memory_, root_, slot);
            free += noted == 0 ? 1U : 0U;
            if (noted != found_[slot]) {
                return fmt::format("slot {}: {} references noted, {} found", slot, noted,
                                   found_[slot]);
            }
        }
        return free == decodeFreeSlots(memory_) ? std::nullopt
                                                : std::optional<std::string>("slotsFree is wrong");
    }

private:
    void count(PhysAddr place) {
        const PageFacts facts = decodePageAt(memory_, root_, place);
        if (facts.entry.state == PageState::SwappedOut && !facts.entry.present) {
            add(facts.entry.number);
        } else if (facts.entry.present && facts.backing.kind == BackingKind::Slot) {
            add(facts.backing.number);
        }
    }

    void add(std::uint64_t slot) {
        if (slot < found_.size()) {
            ++found_[slot];
        }
    }

    const MemoryReader& memory_;
    const KernelRoot& root_;
    std::vector<std::uint64_t> found_;
};

} // namespace

std::optional<std::string> checkSlots(const MemoryReader& memory) {
    const auto root = decodeRoot(memory);
    if (!root || root->slotCount == 0) {
        return std::nullopt;
    }
    Counter counter(memory, *root);
    for (const ProcessInfo& process : decodeProcesses(memory, *root)) {
        if (process.entryCount != 0) {
            counter.scan(PhysAddr(process.cr3 & pte::frameMask), table_level::pml4);
        }
    }
    return counter.differences();
}

} // namespace fragscope
