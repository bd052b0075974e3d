#include "fragscope/alloc/compact_fit/compact_fit_picture.h"

#include "fragscope/alloc/memory/backing_reader.h"

#include <algorithm>
#include <bit>

namespace fragscope {

using namespace compact_fit_layout;

namespace {

class Decoder {
public:
    Decoder(const ArenaReader& reader, const HeapExtent& extent, const AllocatorSettings& settings)
        : reader_(reader), extent_(extent), settings_(settings), classes_(settings),
          word_(settings.preset == AllocatorPreset::Reference2009 ? 4 : 8), offsets_{word_} {}

    CompactFitPicture decode() {
        readPages();
        readClasses();
        readFreePages();
        readMoves();
        checkPages();
        checkBlocks();
        checkBound();
        readTable();
        return std::move(picture_);
    }

private:
    [[nodiscard]] std::uint64_t word(std::uint64_t at) const {
        return readNumber<std::uint64_t>(reader_, at);
    }

    [[nodiscard]] std::uint32_t half(std::uint64_t at) const {
        return readNumber<std::uint32_t>(reader_, at);
    }

    [[nodiscard]] std::uint64_t link(std::uint64_t at) const {
        return word_ == 4 ? half(at) : word(at);
    }

    [[nodiscard]] bool good() const { return picture_.fault.empty(); }

    void broken(std::string_view what, std::uint64_t at) {
        if (good()) {
            picture_.fault = what;
            picture_.faultAt = at;
        }
    }

    [[nodiscard]] std::uint64_t headerOf(std::uint64_t page) const {
        return page + settings_.pageSize - header;
    }

    [[nodiscard]] bool isPage(std::uint64_t address) const {
        return address >= extent_.start && (address - extent_.start) % settings_.pageSize == 0 &&
               (address - extent_.start) / settings_.pageSize < picture_.pages.size();
    }

    [[nodiscard]] std::uint64_t numberOf(std::uint64_t page) const {
        return (page - extent_.start) / settings_.pageSize;
    }

    void readPages() {
        const std::uint64_t ever = word(extent_.books + pagesEver);
        if (ever > (extent_.end - extent_.start) / settings_.pageSize) {
            return broken("more pages than the heap has room for", extent_.books + pagesEver);
        }
        picture_.notFull = word(extent_.books + notFullPages);
        picture_.pagesInUse = word(extent_.books + pagesInUse);
        for (std::uint64_t number = 0; number < ever; ++number) {
            CompactFitPage page;
            page.address = extent_.start + number * settings_.pageSize;
            const std::uint64_t at = headerOf(page.address);
            page.used = half(at + offsets_.used());
            page.pending = half(at + offsets_.pending());
            page.sizeClass = half(at + offsets_.sizeClass());
            const std::uint32_t state = half(at + offsets_.state());
            if (state > static_cast<std::uint32_t>(ListState::Emptying)) {
                return broken("a page in a list that does not exist", at + offsets_.state());
            }
            page.state = static_cast<ListState>(state);
            for (std::uint64_t group = 0; group < bitmapWords; ++group) {
                page.bits[group] = half(at + offsets_.bits(group));
            }
            picture_.pages.push_back(page);
        }
    }

    void readClasses() {
        for (std::uint32_t number = 0; number < classes_.count(); ++number) {
            CompactFitClass sizeClass;
            sizeClass.blockBytes = classes_.blockBytes(number);
            sizeClass.capacity = classes_.capacity(number);
            for (std::uint32_t list = 0; list < sizeClass.lists.size() && good(); ++list) {
                readList(number, static_cast<ListState>(list + 1), sizeClass.lists[list]);
            }
            picture_.classes.push_back(std::move(sizeClass));
        }
    }

    void readList(std::uint32_t sizeClass, ListState list, std::vector<std::uint64_t>& numbers) {
        const std::uint64_t words = listAt(classAt(extent_.books, sizeClass), list);
        std::uint64_t previous = 0;
        std::uint64_t page = word(words);
        while (page != 0) {
            if (!isPage(page) || numbers.size() > picture_.pages.size()) {
                return broken("a list of pages leads to no page", previous != 0 ? previous : words);
            }
            const CompactFitPage& found = picture_.pages[numberOf(page)];
            if (found.state != list || found.sizeClass != sizeClass) {
                return broken("a page is in another list than its header says", headerOf(page));
            }
            if (link(headerOf(page) + offsets_.previous()) != previous) {
                return broken("a page's link does not lead back", headerOf(page));
            }
            numbers.push_back(numberOf(page));
            previous = page;
            page = link(headerOf(page) + offsets_.next());
        }
        if (word(words + 8) != previous) {
            broken("the last page of a list is another one", words + 8);
        }
    }

    void readFreePages() {
        std::uint64_t page = good() ? word(extent_.books + freePage) : 0;
        while (page != 0) {
            if (!isPage(page) || picture_.freePages.size() > picture_.pages.size() ||
                picture_.pages[numberOf(page)].state != ListState::Free) {
                return broken("the list of free pages leads to no free page", page);
            }
            picture_.freePages.push_back(numberOf(page));
            page = link(page);
        }
    }

    void readMoves() {
        for (std::uint64_t slot = 0; slot < mostMoves; ++slot) {
            const std::uint64_t move = moveAt(extent_.books, slot);
            const std::uint64_t target = word(move + moveTarget);
            if (target != 0) {
                picture_.moves.push_back({target, word(move + moveSource), word(move + moveDone),
                                          word(move + moveEntry)});
            }
        }
    }

    void checkPages() {
        std::uint64_t listed = picture_.freePages.size();
        std::uint64_t notFull = 0;
        for (const CompactFitClass& sizeClass : picture_.classes) {
            listed += sizeClass.pages();
            const std::uint64_t open = sizeClass.list(ListState::NotFull).size();
            notFull += open;
            // a page that was a source comes back, and meanwhile another may have been opened
            const std::uint64_t actors = settings_.increment != 0 ? mostMoves : 0;
            if (settings_.k != 0 && open > settings_.k + actors) {
                broken("more than k not-full pages in a class", extent_.books + classesAt);
            }
        }
        if (listed != picture_.pages.size()) {
            broken("a page is in no list", extent_.start);
        }
        if (notFull != picture_.notFull) {
            broken("the number of not-full pages is wrong", extent_.books + notFullPages);
        }
        if (picture_.pages.size() - picture_.freePages.size() != picture_.pagesInUse) {
            broken("the number of pages in use is wrong", extent_.books + pagesInUse);
        }
    }

    /// What is free in pages of a class and of no use to others is bounded: the promise of the
    /// allocator. While copies in parts are under way one more page of a class may be open.
    void checkBound() {
        if (good() && settings_.increment == 0) {
            const CompactFitAccount account = accountOf(picture_, settings_);
            if (account.sizeExternal > account.sizeExternalBound) {
                broken("more is free in pages of classes than the bound k allows",
                       extent_.books + classesAt);
            }
        }
    }

    /// Bits, counts and summaries of each page, owners of its blocks.
    void checkBlocks() {
        for (const CompactFitPage& page : picture_.pages) {
            if (!good() || page.state == ListState::Free) {
                continue;
            }
            std::uint32_t any = 0;
            std::uint32_t all = 0;
            std::uint32_t used = 0;
            for (std::size_t group = 0; group < page.bits.size(); ++group) {
                const std::uint32_t bits = page.bits[group];
                any |= (bits != 0 ? 1U : 0U) << group;
                all |= (bits == ~0U ? 1U : 0U) << group;
                used += static_cast<std::uint32_t>(std::popcount(bits));
            }
            const std::uint64_t at = headerOf(page.address);
            if (half(at + offsets_.anyUsed()) != any || half(at + offsets_.allUsed()) != all) {
                broken("the summary of a page's bitmap is wrong", at + offsets_.anyUsed());
            }
            const std::uint64_t capacity = classes_.capacity(page.sizeClass);
            if (used != page.used || used > capacity) {
                broken("the number of a page's blocks in use is wrong", at + offsets_.used());
            }
            if ((page.state == ListState::Full) != (used == capacity)) {
                broken("a page is in the list of full pages, or not, against its bits", at);
            }
            checkOwners(page);
        }
    }

    [[nodiscard]] bool isTarget(std::uint64_t block) const {
        return std::any_of(picture_.moves.begin(), picture_.moves.end(),
                           [&](const CompactFitMove& move) { return move.target == block; });
    }

    void checkOwners(const CompactFitPage& page) {
        if (settings_.k == 0 || classes_.capacity(page.sizeClass) == 1) {
            return; // no table, or pieces of large objects, which have no owner
        }
        const std::uint64_t bytes = classes_.blockBytes(page.sizeClass);
        for (std::uint64_t index = 0; index < classes_.capacity(page.sizeClass); ++index) {
            const std::uint64_t block = page.address + index * bytes;
            if (!page.inUse(index) || isTarget(block)) {
                continue;
            }
            const std::uint64_t owner = link(block + bytes - word_);
            if (owner < extent_.books + tableAt || (word(owner) & ~(word_ - 1)) != block) {
                return broken("a block's owner does not lead to the block", block + bytes - word_);
            }
        }
    }

    void readTable() {
        if (!good()) {
            return;
        }
        picture_.entriesEver = word(extent_.books + entriesEver);
        std::uint64_t entry = word(extent_.books + freeEntry);
        while (entry != 0) {
            const std::uint64_t number = (entry - extent_.books - tableAt) / entryBytes;
            if (entry < extent_.books + tableAt || number >= picture_.entriesEver ||
                ++picture_.freeEntries > picture_.entriesEver) {
                return broken("the list of free table entries leads to no entry", entry);
            }
            entry = word(entry);
        }
    }

    const ArenaReader& reader_;
    HeapExtent extent_;
    const AllocatorSettings& settings_;
    SizeClasses classes_;
    std::uint64_t word_;
    HeaderOffsets offsets_;
    CompactFitPicture picture_;
};

void addBlocks(HeapPicture& heap,
               const CompactFitPage& page,
               const CompactFitClass& sizeClass,
               std::uint64_t pageSize) {
    for (std::uint64_t index = 0; index < sizeClass.capacity; ++index) {
        heap.blocks.push_back({VirtAddr(page.address + index * sizeClass.blockBytes),
                               ByteCount(sizeClass.blockBytes), page.inUse(index), false,
                               page.sizeClass});
    }
    const std::uint64_t end = page.address + sizeClass.capacity * sizeClass.blockBytes;
    heap.blocks.push_back(
        {VirtAddr(end), ByteCount(page.address + pageSize - end), false, true, page.sizeClass});
}

/// Free blocks of a class, in the order in which allocations take them: oldest page first.
FreeListPicture freeBlocks(const CompactFitPicture& picture, std::uint32_t number) {
    const CompactFitClass& sizeClass = picture.classes[number];
    FreeListPicture list{"class", number, 0, ByteCount(1), ByteCount(sizeClass.blockBytes), {}};
    const auto& open = sizeClass.list(ListState::NotFull);
    for (auto at = open.rbegin(); at != open.rend(); ++at) {
        const CompactFitPage& page = picture.pages[*at];
        for (std::uint64_t index = 0; index < sizeClass.capacity; ++index) {
            if (!page.inUse(index)) {
                list.members.push_back({VirtAddr(page.address + index * sizeClass.blockBytes),
                                        ByteCount(sizeClass.blockBytes)});
            }
        }
    }
    return list;
}

} // namespace

CompactFitPicture decodeCompactFit(const ArenaReader& reader,
                                   const HeapExtent& extent,
                                   const AllocatorSettings& settings) {
    return Decoder(reader, extent, settings).decode();
}

HeapPicture heapPicture(const CompactFitPicture& picture,
                        const AllocatorSettings& settings,
                        const HeapExtent& extent) {
    HeapPicture heap;
    if (!picture.fault.empty()) {
        return heap.broken(picture.fault, VirtAddr(picture.faultAt));
    }
    for (const CompactFitPage& page : picture.pages) {
        if (page.state == ListState::Free) {
            heap.blocks.push_back({VirtAddr(page.address), ByteCount(settings.pageSize)});
        } else {
            addBlocks(heap, page, picture.classes[page.sizeClass], settings.pageSize);
        }
    }
    const std::uint64_t fresh = extent.start + picture.pages.size() * settings.pageSize;
    if (fresh < extent.end) {
        heap.blocks.push_back({VirtAddr(fresh), ByteCount(extent.end - fresh)});
    }
    for (std::uint32_t number = 0; number < picture.classes.size(); ++number) {
        FreeListPicture list = freeBlocks(picture, number);
        if (!list.members.empty()) {
            heap.lists.push_back(std::move(list));
        }
    }
    FreeListPicture free{
        "free pages", 0, 0, ByteCount(settings.pageSize), ByteCount(settings.pageSize), {}};
    for (const std::uint64_t number : picture.freePages) {
        free.members.push_back(
            {VirtAddr(picture.pages[number].address), ByteCount(settings.pageSize)});
    }
    if (!free.members.empty()) {
        heap.lists.push_back(std::move(free));
    }
    return heap;
}

CompactFitAccount accountOf(const CompactFitPicture& picture, const AllocatorSettings& settings) {
    CompactFitAccount account;
    const std::uint64_t data = settings.pageSize - SizeClasses::headerBytes;
    for (const CompactFitPage& page : picture.pages) {
        if (page.state == ListState::Free) {
            continue;
        }
        const CompactFitClass& sizeClass = picture.classes[page.sizeClass];
        ++account.pages;
        account.headers += SizeClasses::headerBytes;
        account.pageInternal += data - sizeClass.capacity * sizeClass.blockBytes;
        account.usedBytes += page.used * sizeClass.blockBytes;
        account.sizeExternal += (sizeClass.capacity - page.used) * sizeClass.blockBytes;
    }
    for (const CompactFitClass& sizeClass : picture.classes) {
        const std::uint64_t most = settings.k == 0
                                       ? sizeClass.pages()
                                       : std::min<std::uint64_t>(settings.k, sizeClass.pages());
        account.sizeExternalBound += most * (sizeClass.capacity - 1) * sizeClass.blockBytes;
    }
    return account;
}

} // namespace fragscope
