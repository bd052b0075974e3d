#include "fragscope/view/page_states.h"

#include "fragscope/hardware/paging/paging_format.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/frames/frame_layout.h"
#include "fragscope/kernel/paging/page_reader.h"
#include "fragscope/view/page_map_reader.h"

#include <algorithm>
#include <cstring>

namespace fragscope {

namespace {

std::uint64_t wordAt(const PageRef& page, std::size_t index) {
    std::uint64_t word = 0;
    if (page.bytes() != nullptr) {
        std::memcpy(&word, page.bytes() + index * wordBytes, wordBytes);
    }
    return word;
}

std::uint8_t byteOf(const PageEntry& entry) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(entry.state) |
                                     (entry.present ? StateTable::presentBit : 0U));
}

/// Pages below one entry of a table of this level.
std::uint64_t pagesBelow(unsigned level) {
    return 1ULL << ((level - 1) * tableIndexBits);
}

} // namespace

const StateTable* tableOf(const PageStates& states, PageNumber page) {
    const auto after = std::upper_bound(
        states->begin(), states->end(), page,
        [](PageNumber wanted, const auto& table) { return wanted < table->first; });
    if (after == states->begin()) {
        return nullptr;
    }
    const StateTable* table = (after - 1)->get();
    return (page - table->first).value < StateTable::pages ? table : nullptr;
}

PageEntry pageEntryIn(const PageStates& states, PageNumber page) {
    const StateTable* table = tableOf(states, page);
    return table == nullptr ? PageEntry{} : table->entry((page - table->first).value);
}

PageStates
PageStateReader::update(const PageMap& memory, std::uint64_t cr3, const KernelRoot& root) {
    root_ = root;
    found_.clear();
    foundBytes_.clear();
    compared_ = 0;
    left_ = memory.frameCount().value;
    if (cr3 != 0) {
        readTable(memory, PhysAddr(cr3 & pte::frameMask), table_level::pml4, PageNumber(0));
    }
    bytes_.swap(foundBytes_);
    if (found_ != *result_) {
        result_ = std::make_shared<const Tables>(std::move(found_));
    }
    return result_;
}

void PageStateReader::readTable(const PageMap& memory,
                                PhysAddr table,
                                unsigned level,
                                PageNumber first) {
    const FrameNumber frame = frameOf(table);
    if (frame.value >= memory.frameCount().value || left_ == 0) {
        return; // destroyed tables lead anywhere, and in circles
    }
    --left_;
    const PageRef& bytes = memory.page(frame);
    if (bytes.empty()) {
        return;
    }
    if (level == table_level::pt) {
        const FrameNumber side = root_.sideTables
                                     ? decodeSideTable(PageMapReader(memory), root_, frame)
                                     : FrameNumber(0);
        const bool has = side.value != 0 && side.value < memory.frameCount().value;
        readLeaf({bytes, has ? memory.page(side) : PageRef()}, first);
        return;
    }
    // The upper half of the topmost table is the kernel's.
    const std::size_t end = level == table_level::pml4 ? StateTable::pages / 2 : StateTable::pages;
    for (std::size_t index = 0; index < end; ++index) {
        const Pte entry{wordAt(bytes, index)};
        if (entry.present() && !entry.large()) {
            readTable(memory, entry.base(), level - 1,
                      first + PageCount(index * pagesBelow(level)));
        }
    }
}

void PageStateReader::readLeaf(const Bytes& bytes, PageNumber first) {
    const Tables& before = *result_;
    while (compared_ < before.size() && before[compared_]->first < first) {
        ++compared_;
    }
    const bool known = compared_ < before.size() && before[compared_]->first == first;
    foundBytes_.push_back(bytes);
    if (known && bytes_[compared_].same(bytes)) {
        found_.push_back(before[compared_]);
        return;
    }
    auto table = std::make_shared<StateTable>();
    table->first = first;
    const EntryLayout layout = decodeLayout(root_);
    for (std::size_t index = 0; index < StateTable::pages; ++index) {
        const std::uint64_t word = wordAt(bytes.table, index);
        const SideWord side = decodeSide(wordAt(bytes.side, index));
        const PageEntry entry = decodePage(word, side, layout);
        table->states.at(index) = byteOf(entry);
        table->numbers.at(index) = entry.number;
        if (root_.sideTables) {
            table->backings.push_back(side.backing);
            table->spilled.push_back(isSpilled(word, layout));
        }
    }
    if (known && *before[compared_] == *table) {
        found_.push_back(before[compared_]);
    } else {
        found_.push_back(std::move(table));
    }
}

} // namespace fragscope
