#include "fragscope/alloc/memory/backing_reader.h"
#include "fragscope/alloc/slab/slab_layout.h"

#include <algorithm>
#include <map>

namespace fragscope::slab {

namespace {

/// A slab as its bytes say.
struct SlabPicture {
    unsigned cache = 0;
    SlabList list = SlabList::None;
    std::vector<FreeListMember> freeObjects; ///< in list order
    bool listed = false;
};

class Decoder {
public:
    Decoder(const Layout& layout,
            const Caches& caches,
            const ArenaReader& reader,
            const HeapExtent& heap)
        : layout_(layout), caches_(caches), reader_(reader),
          pages_((heap.end - heap.start) / pageBytes) {}

    HeapPicture read() {
        readPages();
        for (unsigned cache = 0; cache < caches_.count() && picture_.whole(); ++cache) {
            for (const SlabList list : {SlabList::Partial, SlabList::Empty, SlabList::Full}) {
                readList(cache, list);
            }
        }
        for (const auto& [page, slab] : slabs_) {
            if (picture_.whole() && !slab.listed) {
                picture_.broken("a slab is in no list", at(page));
            }
        }
        if (!freePages_.members.empty()) {
            picture_.lists.push_back(std::move(freePages_));
        }
        return std::move(picture_);
    }

private:
    template <class T> [[nodiscard]] T get(std::uint64_t page, std::uint64_t field) const {
        return readNumber<T>(reader_, layout_.entryAt(page) + field);
    }

    [[nodiscard]] VirtAddr at(std::uint64_t page) const {
        return VirtAddr(layout_.addressOf(page));
    }

    [[nodiscard]] PageKind kindOf(std::uint64_t page) const {
        return static_cast<PageKind>(get<std::uint8_t>(page, Field::kind));
    }

    [[nodiscard]] bool isUsed(std::uint64_t page) const {
        return (reader_.word(VirtAddr(layout_.mapAt(page / 64))) >> page % 64 & 1) != 0;
    }

    // ---- pages ----
    void readPages() {
        std::uint64_t used = 0;
        for (std::uint64_t page = 0; page < pages_ && picture_.whole();) {
            if (!isUsed(page)) {
                page += readFreeRun(page);
                continue;
            }
            const std::uint64_t pages = get<std::uint32_t>(page, Field::pages);
            const PageKind kind = kindOf(page);
            if ((kind != PageKind::Slab && kind != PageKind::Large) || pages == 0 ||
                pages > pages_ - page) {
                picture_.broken("a page is in use by no slab and no large block", at(page));
                return;
            }
            checkMarked(page, pages);
            if (kind == PageKind::Slab) {
                readSlab(page, pages);
            } else {
                picture_.blocks.push_back(
                    {at(page), ByteCount(pages * pageBytes), true, false, mostCaches});
            }
            used += pages;
            page += pages;
        }
        if (picture_.whole() && reader_.word(VirtAddr(layout_.books + pagesInUse)) != used) {
            picture_.broken("the number of pages in use is not that of the map",
                            VirtAddr(layout_.books + pagesInUse));
        }
    }

    /// Its length.
    std::uint64_t readFreeRun(std::uint64_t first) {
        std::uint64_t page = first;
        for (; page < pages_ && !isUsed(page); ++page) {
            if (kindOf(page) != PageKind::Other) {
                picture_.broken("a free page belongs to a slab or a large block", at(page));
            }
        }
        if (first / 64 < reader_.word(VirtAddr(layout_.books + lowestWord))) {
            picture_.broken("a free page lies where no search looks",
                            VirtAddr(layout_.books + lowestWord));
        }
        const ByteCount length((page - first) * pageBytes);
        picture_.blocks.push_back({at(first), length});
        freePages_.members.push_back({at(first), length});
        freePages_.most = std::max(freePages_.most, length);
        return page - first;
    }

    void checkMarked(std::uint64_t first, std::uint64_t pages) {
        for (std::uint64_t page = first; page < first + pages; ++page) {
            if (!isUsed(page)) {
                picture_.broken("a page of a slab or a large block is free", at(page));
                return;
            }
        }
    }

    // ---- slabs ----
    void readSlab(std::uint64_t page, std::uint64_t pages) {
        const unsigned cache = get<std::uint8_t>(page, Field::cache);
        const std::uint64_t colour = get<std::uint8_t>(page, Field::colour);
        if (cache >= caches_.count() || pages != caches_[cache].pages() ||
            colour >= caches_[cache].colours) {
            picture_.broken("a slab of no cache", at(page));
            return;
        }
        for (std::uint64_t each = page; each < page + pages; ++each) {
            if (kindOf(each) != PageKind::Slab ||
                get<std::uint32_t>(each, Field::firstPage) != page) {
                picture_.broken("a page of a slab does not lead to its first page", at(each));
            }
        }
        SlabPicture slab{cache, SlabList::None, {}};
        std::vector<bool> free(caches_[cache].objects);
        readFreeObjects(page, slab, free);
        pushObjects(page, slab, free);
        if (picture_.whole()) {
            checkUse(page, slab);
        }
        slabs_.emplace(page, std::move(slab));
    }

    void readFreeObjects(std::uint64_t page, SlabPicture& slab, std::vector<bool>& free) {
        const Cache& cache = caches_[slab.cache];
        const std::uint64_t objects =
            layout_.objectsOf(page, get<std::uint8_t>(page, Field::colour));
        auto object = get<std::uint64_t>(page, Field::freeObject);
        while (object != 0) {
            if (!Layout::isObject(cache, objects, object)) {
                picture_.broken("a link of free objects leads to no object of the slab",
                                VirtAddr(object));
                return;
            }
            const std::uint64_t index = (object - objects) / cache.slot;
            if (free[index]) {
                picture_.broken("a free object is twice in the list of its slab", VirtAddr(object));
                return;
            }
            free[index] = true;
            slab.freeObjects.push_back({VirtAddr(object), ByteCount(cache.slot)});
            object = readNumber<std::uint64_t>(reader_, object);
        }
    }

    /// The objects and what is left over at both ends.
    void pushObjects(std::uint64_t page, const SlabPicture& slab, const std::vector<bool>& free) {
        const Cache& cache = caches_[slab.cache];
        const std::uint64_t objects =
            layout_.objectsOf(page, get<std::uint8_t>(page, Field::colour));
        const auto pushRest = [&](std::uint64_t from, std::uint64_t to) {
            if (from != to) {
                picture_.blocks.push_back(
                    {VirtAddr(from), ByteCount(to - from), false, true, slab.cache});
            }
        };
        pushRest(at(page).value, objects);
        for (std::uint32_t i = 0; i < cache.objects; ++i) {
            picture_.blocks.push_back({VirtAddr(objects + std::uint64_t{i} * cache.slot),
                                       ByteCount(cache.slot), !free[i], false, slab.cache});
        }
        pushRest(objects + cache.objectBytes(), at(page + cache.pages()).value);
    }

    void checkUse(std::uint64_t page, SlabPicture& slab) {
        const std::uint64_t objects = caches_[slab.cache].objects;
        const std::uint64_t free = slab.freeObjects.size();
        if (get<std::uint16_t>(page, Field::inUse) != objects - free) {
            picture_.broken("objects in use and free ones are not all objects of the slab",
                            at(page));
        }
        slab.list = free == 0         ? SlabList::Full
                    : free == objects ? SlabList::Empty
                                      : SlabList::Partial;
        if (get<std::uint8_t>(page, Field::list) != static_cast<std::uint8_t>(slab.list)) {
            picture_.broken("a slab is in a list that it does not belong to", at(page));
        }
    }

    // ---- lists ----
    void readList(unsigned cache, SlabList which) {
        const std::uint64_t head = layout_.listAt(cache, which);
        const ByteCount slot(caches_[cache].slot);
        FreeListPicture list{"cache", cache, static_cast<std::uint32_t>(which), slot, slot, {}};
        std::uint32_t previous = none;
        std::uint32_t members = 0;
        auto page = readNumber<std::uint32_t>(reader_, head);
        while (page != none && picture_.whole()) {
            const auto slab = slabs_.find(page);
            if (slab == slabs_.end() || slab->second.listed || slab->second.cache != cache ||
                slab->second.list != which) {
                picture_.broken("a list leads to something that is no slab of its sort",
                                VirtAddr(head));
                return;
            }
            if (get<std::uint32_t>(page, Field::previous) != previous) {
                picture_.broken("a back link does not lead to the slab before", at(page));
                return;
            }
            slab->second.listed = true;
            list.members.insert(list.members.end(), slab->second.freeObjects.begin(),
                                slab->second.freeObjects.end());
            previous = page;
            ++members;
            page = get<std::uint32_t>(page, Field::next);
        }
        checkEnds(cache, which, previous, members);
        if (!list.members.empty()) {
            picture_.lists.push_back(std::move(list));
        }
    }

    void checkEnds(unsigned cache, SlabList which, std::uint32_t last, std::uint32_t members) {
        const std::uint64_t end = layout_.listAt(cache, which) + 4;
        if (picture_.whole() && readNumber<std::uint32_t>(reader_, end) != last) {
            picture_.broken("the end of a list is not its last slab", VirtAddr(end));
        }
        const std::uint64_t count = layout_.cacheAt(cache) + emptyCount;
        if (picture_.whole() && which == SlabList::Empty &&
            readNumber<std::uint32_t>(reader_, count) != members) {
            picture_.broken("the number of empty slabs is wrong", VirtAddr(count));
        }
    }

    const Layout& layout_;
    const Caches& caches_;
    const ArenaReader& reader_;
    std::uint64_t pages_;
    HeapPicture picture_;
    FreeListPicture freePages_{"pages", 0, 0, ByteCount(pageBytes), ByteCount(pageBytes), {}};
    std::map<std::uint64_t, SlabPicture> slabs_{}; ///< by first page
};

} // namespace

HeapPicture decode(const Layout& layout,
                   const Caches& caches,
                   const ArenaReader& reader,
                   const HeapExtent& heap) {
    return Decoder(layout, caches, reader, heap).read();
}

} // namespace fragscope::slab
