#include "fragscope/alloc/allocators/forms.h"
#include "fragscope/alloc/heap_size.h"
#include "fragscope/alloc/slab/page_map.h"
#include "fragscope/alloc/slab/slab_lists.h"

#include <bitset>

/// The slab allocator: caches of objects of one size each. A cache takes pages as slabs, cuts each
/// into objects and links the free ones through their first words, the last freed first. Slabs are
/// full, partial or empty; an allocation takes the first partial one, then an empty one, then a new
/// one. Of empty slabs a cache keeps five and gives the others back. What describes a slab lies
/// beside the pages, so that objects of a power of two fill them.
///
/// The general sizes are those of kmalloc; requests of 0 bytes count as 1, larger ones than the
/// largest cache take whole pages. Pages come from a map with a bit for each, first fit, and the
/// heap grows at its end. There are no slabs per CPU. Sources: Bonwick 1994 (lists, colours);
/// Linux 6.8, mm/slub.c (order of slabs, free list, min_partial).
namespace fragscope {

namespace {

using namespace slab;

enum class Line : std::uint16_t {
    Partial = 1,
    Empty,
    Search,
    Grow,
    Mark,
    Describe,
    Thread,
    Take,
    Used,
    List,
    Large,
    Free,
    Link,
    Unused,
    Return,
    Pages
};

constexpr std::array<std::string_view, 16> lines{
    "malloc(size): has the smallest cache whose objects hold size a partial slab?",
    "no: has it an empty slab?",
    "no slab, or larger than all caches: where does the map have enough free pages?",
    "nowhere: the heap grows at its end by what is missing",
    "the pages are marked as used in the map",
    "new slab: its entry says which cache and which colour",
    "new slab: each object gets a link to the next one",
    "take the first free object; its link leads to the new first one",
    "one more object of the slab is in use",
    "the slab goes to the list that it belongs to now: full, partial or empty",
    "large: the entry of its first page says how many pages it has",
    "free(object): what does the entry of its page say?",
    "the object becomes the first free one of its slab, with a link to the old one",
    "one object less is in use",
    "no object is in use, and the cache has empty slabs enough: the slab is given back",
    "its pages are marked as free in the map",
};

constexpr std::array<std::string_view, 5> names{"object", "size_bytes", "cache", "slab", "pages"};

const Listing listingOfSlab{ListingId::SlabAllocator, "slab", "Slab allocator", lines, names};

template <class Memory> class Slab final : public Allocator {
public:
    Slab(const AllocatorSettings& settings, Memory& memory)
        : memory_(memory), layout_(layoutFor(settings, memory.plan())), caches_(settings),
          map_(layout_, memory), lists_(layout_, memory) {}

    void initialise() override {
        memory_.step(Line::List);
        memory_.store(layout_.books + pagesInUse, 0);
        memory_.store(layout_.books + lowestWord, 0);
        lists_.clear();
    }

    std::uint64_t allocate(std::uint64_t bytes) override {
        const std::uint64_t size = std::max<std::uint64_t>(bytes, 1);
        if (size > caches_.largest()) {
            return takePages(size);
        }
        const unsigned cache = caches_.indexFor(size);
        memory_.step(Line::Partial, 0, size, cache);
        std::uint32_t slab = lists_.first(cache, SlabList::Partial);
        Rule rule = Rule::HeapSlabObject;
        if (slab == none) {
            memory_.step(Line::Empty, 0, size, cache);
            slab = lists_.first(cache, SlabList::Empty);
        }
        if (slab == none) {
            slab = newSlab(cache);
            rule = Rule::HeapSlabNew;
        }
        if (slab == none) {
            memory_.reason(Rule::HeapNoBlock, size);
            return refused;
        }
        memory_.reason(rule, size, caches_[cache].objects);
        return takeObject(slab, size, cache);
    }

    void release(std::uint64_t handle) override {
        memory_.step(Line::Free, handle);
        const std::uint64_t page = (handle - layout_.start) / pageBytes;
        if (handle < layout_.start || page >= map_.pages()) {
            throw HeapDamaged{VirtAddr(handle), handle};
        }
        const auto kind = lists_.template get<std::uint8_t>(page, Field::kind);
        if (kind == static_cast<std::uint8_t>(PageKind::Slab)) {
            giveObject(handle, slabOf(page));
        } else if (kind == static_cast<std::uint8_t>(PageKind::Large) && handle % pageBytes == 0) {
            givePages(page, lists_.template get<std::uint32_t>(page, Field::pages));
        } else {
            throw HeapDamaged{VirtAddr(handle), kind};
        }
    }

    void forEachFreeArea(const FreeAreaFunctor& functor) override {
        const std::uint64_t end = map_.pages();
        for (std::uint64_t page = 0; page < end;) {
            std::uint64_t pages = 1;
            bool goOn = true;
            if (!map_.isUsed(page)) {
                while (page + pages < end && !map_.isUsed(page + pages)) {
                    ++pages;
                }
                goOn = functor({VirtAddr(layout_.addressOf(page)), ByteCount(pages * pageBytes)});
            } else {
                pages = checkedPages(page);
                if (lists_.template get<std::uint8_t>(page, Field::kind) ==
                    static_cast<std::uint8_t>(PageKind::Slab)) {
                    goOn = forEachFreeObject(slabOf(page), functor);
                }
            }
            if (!goOn) {
                return;
            }
            page += pages;
        }
    }

    [[nodiscard]] HeapPicture picture(const ArenaReader& reader,
                                      const HeapExtent& extent) const override {
        return decode(layout_, caches_, reader, extent);
    }

    [[nodiscard]] std::uint64_t footprint(const ArenaReader& reader,
                                          const HeapExtent& extent) const override {
        return reader.word(VirtAddr(extent.books + pagesInUse)) * pageBytes;
    }

    [[nodiscard]] bool takesChunks() const override { return true; }

    [[nodiscard]] const Listing& listing() const override { return listingOfSlab; }

private:
    static constexpr std::uint64_t absurd = std::uint64_t{1} << 46;

    // ---- slabs ----
    std::uint32_t newSlab(unsigned cache) {
        const Cache& kind = caches_[cache];
        const std::uint32_t slab =
            map_.take(Line::Search, Line::Grow, Line::Mark, kind.pages()).first;
        if (slab == none) {
            return none;
        }
        const std::uint64_t colourAt = layout_.cacheAt(cache) + nextColour;
        memory_.step(Line::Describe, 0, 0, cache, layout_.addressOf(slab));
        const std::uint32_t colour = lists_.number(colourAt);
        if (colour >= kind.colours) {
            throw HeapDamaged{VirtAddr(colourAt), colour};
        }
        lists_.setNumber(colourAt, colour + 1 == kind.colours ? 0 : colour + 1);
        for (std::uint64_t page = slab; page < slab + kind.pages(); ++page) {
            memory_.step(Line::Describe, 0, 0, cache, layout_.addressOf(page));
            setKind(page, PageKind::Slab);
            lists_.template set<std::uint32_t>(page, Field::firstPage, slab);
        }
        memory_.step(Line::Describe, 0, 0, cache, layout_.addressOf(slab));
        const std::uint64_t objects = layout_.objectsOf(slab, colour);
        lists_.template set<std::uint8_t>(slab, Field::cache, static_cast<std::uint8_t>(cache));
        lists_.template set<std::uint8_t>(slab, Field::colour, static_cast<std::uint8_t>(colour));
        lists_.template set<std::uint8_t>(slab, Field::list,
                                          static_cast<std::uint8_t>(SlabList::None));
        lists_.template set<std::uint32_t>(slab, Field::pages,
                                           static_cast<std::uint32_t>(kind.pages()));
        lists_.template set<std::uint16_t>(slab, Field::inUse, 0);
        lists_.template set<std::uint64_t>(slab, Field::freeObject, objects);
        thread(slab, cache, objects);
        return slab;
    }

    /// Links all objects of a new slab by address.
    void thread(std::uint32_t slab, unsigned cache, std::uint64_t objects) {
        const Cache& kind = caches_[cache];
        for (std::uint32_t i = 0; i < kind.objects; ++i) {
            const std::uint64_t object = objects + std::uint64_t{i} * kind.slot;
            memory_.step(Line::Thread, object, 0, cache, layout_.addressOf(slab));
            memory_.store(object, i + 1 == kind.objects ? 0 : object + kind.slot);
        }
    }

    void setKind(std::uint64_t page, PageKind kind) {
        lists_.template set<std::uint8_t>(page, Field::kind, static_cast<std::uint8_t>(kind));
    }

    /// The first page of the slab that a page belongs to.
    std::uint32_t slabOf(std::uint64_t page) {
        const auto slab = lists_.template get<std::uint32_t>(page, Field::firstPage);
        const unsigned cache = cacheOf(slab);
        if (page - slab >= caches_[cache].pages()) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + Field::firstPage), slab};
        }
        return slab;
    }

    unsigned cacheOf(std::uint32_t slab) {
        const unsigned cache = lists_.template get<std::uint8_t>(slab, Field::cache);
        if (cache >= caches_.count()) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(slab) + Field::cache), cache};
        }
        return cache;
    }

    std::uint64_t objectsOf(std::uint32_t slab) {
        return layout_.objectsOf(slab, lists_.template get<std::uint8_t>(slab, Field::colour));
    }

    /// Pages of what begins at this page, which is in use.
    std::uint64_t checkedPages(std::uint64_t page) {
        const std::uint64_t pages = lists_.template get<std::uint32_t>(page, Field::pages);
        if (pages == 0 || pages > map_.pages() - page) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(page) + Field::pages), pages};
        }
        return pages;
    }

    // ---- objects ----
    std::uint64_t takeObject(std::uint32_t slab, std::uint64_t size, unsigned cache) {
        const Cache& kind = caches_[cache];
        const std::uint64_t objects = objectsOf(slab);
        const std::uint64_t at = layout_.addressOf(slab);
        memory_.step(Line::Take, 0, size, cache, at);
        const auto object = lists_.template get<std::uint64_t>(slab, Field::freeObject);
        checkObject(kind, objects, object, layout_.entryAt(slab) + Field::freeObject);
        memory_.step(Line::Take, object, size, cache, at);
        const std::uint64_t next = memory_.load(object);
        if (next != 0) {
            checkObject(kind, objects, next, object);
        }
        memory_.step(Line::Take, object, size, cache, at);
        lists_.template set<std::uint64_t>(slab, Field::freeObject, next);
        memory_.step(Line::Used, object, size, cache, at);
        const auto inUse =
            static_cast<std::uint16_t>(lists_.template get<std::uint16_t>(slab, Field::inUse) + 1);
        if ((next == 0) != (inUse == kind.objects)) {
            throw HeapDamaged{VirtAddr(object), next};
        }
        lists_.template set<std::uint16_t>(slab, Field::inUse, inUse);
        lists_.move(Line::List, slab, cache, next == 0 ? SlabList::Full : SlabList::Partial, false);
        return object;
    }

    void giveObject(std::uint64_t object, std::uint32_t slab) {
        const unsigned cache = cacheOf(slab);
        const Cache& kind = caches_[cache];
        const std::uint64_t at = layout_.addressOf(slab);
        checkObject(kind, objectsOf(slab), object, object);
        memory_.step(Line::Link, object, 0, cache, at);
        const auto first = lists_.template get<std::uint64_t>(slab, Field::freeObject);
        if (first == object) {
            throw HeapDamaged{VirtAddr(object), first}; // freed twice
        }
        memory_.store(object, first);
        memory_.step(Line::Link, object, 0, cache, at);
        lists_.template set<std::uint64_t>(slab, Field::freeObject, object);
        memory_.step(Line::Unused, object, 0, cache, at);
        const auto inUse = lists_.template get<std::uint16_t>(slab, Field::inUse);
        if (inUse == 0 || inUse > kind.objects) {
            throw HeapDamaged{VirtAddr(layout_.entryAt(slab) + Field::inUse), inUse};
        }
        lists_.template set<std::uint16_t>(slab, Field::inUse,
                                           static_cast<std::uint16_t>(inUse - 1));
        memory_.reason(Rule::HeapListed);
        if (inUse > 1) {
            lists_.move(Line::List, slab, cache, SlabList::Partial, true);
        } else {
            emptied(slab, cache);
        }
    }

    /// The slab has no object in use any more.
    void emptied(std::uint32_t slab, unsigned cache) {
        memory_.step(Line::Return, 0, 0, cache, layout_.addressOf(slab));
        if (lists_.emptySlabs(cache) < emptySlabsKept) {
            lists_.move(Line::List, slab, cache, SlabList::Empty, false);
            return;
        }
        lists_.move(Line::Return, slab, cache, SlabList::None, false);
        const std::uint64_t pages = caches_[cache].pages();
        for (std::uint64_t page = slab; page < slab + pages; ++page) {
            memory_.step(Line::Return, 0, 0, cache, layout_.addressOf(page));
            setKind(page, PageKind::Other);
        }
        map_.giveBack(Line::Pages, slab, pages);
        memory_.reason(Rule::HeapPageReleased);
    }

    static void checkObject(const Cache& kind,
                            std::uint64_t objects,
                            std::uint64_t object,
                            std::uint64_t foundAt) {
        if (!Layout::isObject(kind, objects, object)) {
            throw HeapDamaged{VirtAddr(foundAt), object};
        }
    }

    /// By address; the first word of each is the link.
    bool forEachFreeObject(std::uint32_t slab, const FreeAreaFunctor& functor) {
        const Cache& kind = caches_[cacheOf(slab)];
        const std::uint64_t objects = objectsOf(slab);
        std::bitset<mostObjects> free;
        std::uint64_t looked = 0;
        for (auto object = lists_.template get<std::uint64_t>(slab, Field::freeObject); object != 0;
             object = memory_.load(object)) {
            checkObject(kind, objects, object, object);
            if (++looked > kind.objects) {
                throw HeapDamaged{VirtAddr(object), object};
            }
            free.set((object - objects) / kind.slot);
        }
        for (std::uint32_t i = 0; i < kind.objects && kind.slot > wordBytes; ++i) {
            const VirtAddr area(objects + std::uint64_t{i} * kind.slot + wordBytes);
            if (free.test(i) && !functor({area, ByteCount(kind.slot - wordBytes)})) {
                return false;
            }
        }
        return true;
    }

    // ---- large blocks ----
    std::uint64_t takePages(std::uint64_t size) {
        const std::uint64_t had = map_.pages();
        const std::uint64_t pages = size > absurd ? 0 : roundUp(size, pageBytes) / pageBytes;
        typename PageMap<Memory>::Taken run;
        if (pages != 0) {
            run = map_.take(Line::Search, Line::Grow, Line::Mark, pages);
        }
        const std::uint32_t first = run.first;
        if (first == none) {
            memory_.reason(Rule::HeapNoBlock, size);
            return refused;
        }
        if (map_.pages() == had) { // of a run only what is needed is looked at
            memory_.reason(Rule::HeapFirstFit, size, pages * pageBytes, run.runs);
        } else {
            memory_.reason(Rule::HeapSystem, size, (map_.pages() - had) * pageBytes);
        }
        const std::uint64_t address = layout_.addressOf(first);
        memory_.step(Line::Large, address, size, 0, address, pages);
        setKind(first, PageKind::Large);
        lists_.template set<std::uint32_t>(first, Field::pages, static_cast<std::uint32_t>(pages));
        return address;
    }

    void givePages(std::uint64_t first, std::uint64_t pages) {
        memory_.step(Line::Free, layout_.addressOf(first), 0, 0, 0, pages);
        (void)checkedPages(first);
        setKind(first, PageKind::Other);
        map_.giveBack(Line::Pages, first, pages);
        memory_.reason(Rule::HeapFreed, pages * pageBytes);
    }

    Memory& memory_;
    Layout layout_;
    Caches caches_;
    PageMap<Memory> map_;
    SlabLists<Memory> lists_;
};

} // namespace

MemoryPlan planSlab(const AllocatorSettings& settings) {
    MemoryPlan plan = growingPlan(settings, 0);
    const std::uint64_t pages = plan.heapLimit / pageBytes;
    plan.booksBytes = mapOffset + mapBytes(pages) + pages * pageEntry;
    return plan;
}

const Listing& listingSlab() {
    return listingOfSlab;
}

template <class Memory>
std::unique_ptr<Allocator> makeSlab(const AllocatorSettings& settings, Memory& memory) {
    return std::make_unique<Slab<Memory>>(settings, memory);
}

FRAGSCOPE_INSTANTIATE_ALLOCATOR(Slab);

} // namespace fragscope
