#include "fragscope/kernel/page_tables.h"

#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/pte.h"

namespace fragscope {

namespace {

constexpr std::uint64_t tableFlags = pte::present | pte::writable | pte::user;
constexpr std::uint64_t carriedOver = pte::accessed | pte::dirty;

std::uint64_t leafFlags(bool writable) {
    return pte::present | pte::user | pte::noExecute | (writable ? pte::writable : 0);
}

} // namespace

PageTables::PageTables(EventBus& events,
                       PhysicalMemory& memory,
                       FrameTable& frames,
                       std::uint32_t process,
                       FrameNumber root,
                       const PagingSettings& paging)
    : events_(events), memory_(memory), frames_(frames), process_(process),
      root_(root), layout_{static_cast<unsigned>(paging.entryBits), paging.absentStates},
      sideTables_(paging.needsSideTables()) {}

std::optional<PageTables::LeafPlace> PageTables::place(PageNumber page) const {
    const VirtAddr address = startOf(page);
    PhysAddr table = startOf(root_);
    for (unsigned level = table_level::pml4; level > table_level::pt; --level) {
        const PhysAddr entry = entryAddress(table, address, level);
        const Pte value{memory_.load(entry)};
        if (!value.present()) {
            return std::nullopt;
        }
        if (level == table_level::pd && value.large()) {
            return LeafPlace{entry, level};
        }
        table = value.base();
    }
    return LeafPlace{entryAddress(table, address, table_level::pt), table_level::pt};
}

/// A table, all zero; one of leaves gets its side table with it.
std::optional<FrameNumber> PageTables::makeTable(unsigned level) {
    const auto table = frames_.takeKernelFrame(FrameUse::PageTable, process_);
    if (!table || level != table_level::pt || !sideTables_) {
        return table;
    }
    const auto side = frames_.takeKernelFrame(FrameUse::Kernel, process_);
    if (!side) {
        frames_.give(*table, PageCount(1), Rule::KernelOwn);
        return std::nullopt;
    }
    frames_.setSideTable(*table, *side);
    ++sideFrames_;
    return table;
}

std::optional<PhysAddr> PageTables::sidePlace(PageNumber page) const {
    const auto entry = sideTables_ ? place(page) : std::nullopt;
    if (!entry) {
        return std::nullopt;
    }
    const FrameNumber side = frames_.sideTableOf(frameOf(entry->at));
    return side.value == 0 ? std::nullopt
                           : std::optional(startOf(side) + ByteCount(offsetInPage(entry->at)));
}

SideWord PageTables::side(PageNumber page) const {
    const auto place = sidePlace(page);
    return place ? decodeSide(memory_.load(*place)) : SideWord{};
}

void PageTables::writeSide(PageNumber page, const SideWord& word) {
    const auto place = sidePlace(page);
    FRAGSCOPE_CHECK(place.has_value(), "no side table for the page");
    memory_.store(*place, encodeSide(word));
}

bool PageTables::prepare(PageNumber page) {
    return placeForWriting(page, table_level::pt).has_value();
}

std::optional<PhysAddr> PageTables::placeForWriting(PageNumber page, unsigned leafLevel) {
    const VirtAddr address = startOf(page);
    PhysAddr table = startOf(root_);
    for (unsigned level = table_level::pml4; level > leafLevel; --level) {
        const PhysAddr entry = entryAddress(table, address, level);
        const Pte value{memory_.load(entry)};
        if (value.present()) {
            table = value.base();
            continue;
        }
        const auto frame = makeTable(level - 1);
        if (!frame) {
            return std::nullopt;
        }
        store(entry, page, composePte(*frame, tableFlags).bits, level, Rule::KernelOwn);
        table = startOf(*frame);
    }
    return entryAddress(table, address, leafLevel);
}

void PageTables::store(
    PhysAddr place, PageNumber page, std::uint64_t value, unsigned level, Rule why) {
    const std::uint64_t old = memory_.load(place);
    memory_.store(place, value);
    events_.emit({.kind = EventKind::PteStore,
                  .rule = why,
                  .object = process_,
                  .vaddr = startOf(page).value,
                  .paddr = place.value,
                  .value = value,
                  .a = old,
                  .b = level});
}

std::uint64_t PageTables::leaf(PageNumber page) const {
    const auto entry = place(page);
    return entry ? memory_.load(entry->at) : 0;
}

void PageTables::addLeaves(PhysAddr table,
                           unsigned level,
                           std::uint64_t firstPage,
                           std::vector<LeafEntry>& found) const {
    const FrameNumber side = level == table_level::pt && sideTables_
                                 ? frames_.sideTableOf(frameOf(table))
                                 : FrameNumber(0);
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        const ByteCount offset(i * wordBytes);
        const Pte entry{memory_.load(table + offset)};
        const bool spilled = side.value != 0 && memory_.load(startOf(side) + offset) != 0;
        const std::uint64_t page = firstPage + (i << (level - 1) * tableIndexBits);
        if (level == table_level::pt && (entry.bits != 0 || spilled)) {
            found.push_back({PageNumber(page), entry.bits});
        } else if (level > table_level::pt && entry.present() && entry.user() &&
                   !(level == table_level::pd && entry.large())) {
            addLeaves(entry.base(), level - 1, page, found);
        }
    }
}

std::vector<PageTables::LeafEntry> PageTables::leaves() const {
    std::vector<LeafEntry> found;
    addLeaves(startOf(root_), table_level::pml4, 0, found);
    return found;
}

bool PageTables::map(PageNumber page, const Leaf& leaf, Rule why) {
    const auto entry = placeForWriting(page, table_level::pt);
    if (!entry) {
        return false;
    }
    const std::uint64_t flags = leafFlags(leaf.writable) | (leaf.old & carriedOver);
    store(*entry, page, composePte(leaf.frame, flags).bits, table_level::pt, why);
    return true;
}

bool PageTables::write(PageNumber page, std::uint64_t entry, Rule why) {
    const auto leaf = placeForWriting(page, table_level::pt);
    if (leaf) {
        store(*leaf, page, entry, table_level::pt, why);
    }
    return leaf.has_value();
}

bool PageTables::mapLarge(PageNumber page, FrameNumber frame, bool writable, Rule why) {
    FRAGSCOPE_CHECK(page.value % wordsPerPage == 0 && frame.value % wordsPerPage == 0,
                    "a 2 MiB mapping needs aligned page and frame");
    const auto entry = placeForWriting(page, table_level::pd);
    if (!entry) {
        return false;
    }
    const std::uint64_t flags = leafFlags(writable) | pte::large;
    store(*entry, page, composePte(frame, flags).bits, table_level::pd, why);
    return true;
}

std::uint64_t PageTables::exchange(PageNumber page, Rule why) {
    const auto entry = place(page);
    if (!entry) {
        return 0;
    }
    const std::uint64_t held = memory_.load(entry->at);
    store(entry->at, page, 0, entry->level, why);
    return held;
}

std::optional<FrameNumber> PageTables::takeEmptyTable(PageNumber page, Rule why) {
    const auto leaf = place(page);
    if (!leaf || leaf->level != table_level::pt) {
        return std::nullopt;
    }
    const FrameNumber table = frameOf(leaf->at);
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        if (memory_.load(startOf(table) + ByteCount(i * wordBytes)) != 0) {
            return std::nullopt;
        }
    }
    const auto entry = placeForWriting(page, table_level::pd);
    store(*entry, page, 0, table_level::pd, why);
    return table;
}

std::optional<FrameNumber> PageTables::joinLarge(PageNumber page, Rule why) {
    const auto leaf = place(page);
    if (!leaf || leaf->level != table_level::pt) {
        return std::nullopt;
    }
    const FrameNumber table = frameOf(leaf->at);
    const Pte first{memory_.load(startOf(table))};
    const std::uint64_t rights = first.bits & pte::flagMask & ~carriedOver;
    if (!first.present() || first.frame().value % wordsPerPage != 0) {
        return std::nullopt;
    }
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        const Pte entry{memory_.load(startOf(table) + ByteCount(i * wordBytes))};
        if ((entry.bits & ~carriedOver) != composePte(first.frame() + PageCount(i), rights).bits) {
            return std::nullopt;
        }
    }
    const auto entry = placeForWriting(page, table_level::pd);
    store(*entry, page, composePte(first.frame(), rights | pte::large).bits, table_level::pd, why);
    return table;
}

void PageTables::finishJoin(PageNumber page, FrameNumber table) {
    std::uint64_t bits = 0;
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        bits |= memory_.load(startOf(table) + ByteCount(i * wordBytes)) & carriedOver;
    }
    const auto entry = place(page);
    if (bits != 0 && entry && entry->level == table_level::pd) {
        memory_.store(entry->at, memory_.load(entry->at) | bits);
    }
    giveTable(table);
}

void PageTables::giveTable(FrameNumber table) {
    frames_.give(table, PageCount(1), Rule::KernelOwn);
}

std::uint64_t PageTables::clearPlainly(PageNumber page, std::uint64_t seen, Rule why) {
    (void)exchange(page, why);
    return seen;
}

bool PageTables::splitLarge(PageNumber page) {
    const auto entry = place(page);
    if (!entry || entry->level != table_level::pd) {
        return false;
    }
    const Pte old{memory_.load(entry->at)};
    const auto table = makeTable(table_level::pt);
    if (!table) {
        return false;
    }
    const std::uint64_t flags = (old.bits & pte::flagMask) & ~pte::large;
    for (std::uint64_t i = 0; i < wordsPerPage; ++i) {
        memory_.store(startOf(*table) + ByteCount(i * wordBytes),
                      composePte(old.frame() + PageCount(i), flags).bits);
    }
    const PageNumber first{page.value / wordsPerPage * wordsPerPage};
    store(entry->at, first, composePte(*table, tableFlags).bits, table_level::pd, Rule::SplitLarge);
    return true;
}

void PageTables::releaseTable(FrameNumber table, unsigned level) {
    if (level > table_level::pt) {
        // The upper half of the topmost table leads to the kernel's own tables.
        const bool top = level == table_level::pml4;
        for (std::uint64_t i = 0; i < (top ? wordsPerPage / 2 : wordsPerPage); ++i) {
            const Pte entry{memory_.load(startOf(table) + ByteCount(i * wordBytes))};
            if (entry.present() && !(level == table_level::pd && entry.large())) {
                releaseTable(entry.frame(), level - 1);
            }
        }
    }
    const FrameNumber side = level == table_level::pt && table != root_ && sideTables_
                                 ? frames_.sideTableOf(table)
                                 : FrameNumber(0);
    if (side.value != 0) {
        frames_.give(side, PageCount(1), Rule::EndOfProcess);
    }
    frames_.give(table, PageCount(1), Rule::EndOfProcess);
}

void PageTables::release(TableRelease how) {
    releaseTable(root_, how == TableRelease::Complete ? table_level::pml4 : table_level::pt);
}

} // namespace fragscope
