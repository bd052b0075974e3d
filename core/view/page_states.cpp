#include "fragscope/view/page_states.h"

#include "fragscope/hardware/paging/paging_format.h"
#include "fragscope/hardware/paging/pte.h"

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

PageEntry pageEntryIn(const PageStates& states, PageNumber page) {
    const auto after = std::upper_bound(
        states->begin(), states->end(), page,
        [](PageNumber wanted, const auto& table) { return wanted < table->first; });
    if (after == states->begin()) {
        return {};
    }
    const StateTable& table = **(after - 1);
    const std::uint64_t index = page.value - table.first.value;
    return index < StateTable::pages ? table.entry(index) : PageEntry{};
}

PageStates PageStateReader::update(const PageMap& memory, std::uint64_t cr3) {
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
        readLeaf(bytes, first);
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

void PageStateReader::readLeaf(const PageRef& bytes, PageNumber first) {
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
    for (std::size_t index = 0; index < StateTable::pages; ++index) {
        const PageEntry entry = decodeEntry(wordAt(bytes, index));
        table->states.at(index) = byteOf(entry);
        table->numbers.at(index) = entry.number;
    }
    if (known && *before[compared_] == *table) {
        found_.push_back(before[compared_]);
    } else {
        found_.push_back(std::move(table));
    }
}

} // namespace fragscope
