#include "fragscope/view/heap/heap_view.h"

#include "fragscope/alloc/allocators/allocators.h"

#include <algorithm>

namespace fragscope {

using namespace compact_fit_layout;

/// The allocator that decodes; it keeps settings and addresses only.
struct HeapReader::Parts {
    explicit Parts(const HeapShape& heap)
        : shape(heap), plan(memoryPlan(heap.settings)), memory(empty(plan)),
          allocator(makeAllocator(shape.settings, memory)) {}

    static MemoryPlan empty(MemoryPlan plan) {
        plan.heapBytes = 0;
        return plan;
    }

    HeapShape shape;
    MemoryPlan plan;
    FlatMemory memory; ///< never written
    std::unique_ptr<Allocator> allocator;
};

namespace {

/// Blocks also where some word does not fit: pages and their bits are read one by one.
HeapPicture blocksOf(const CompactFitPicture& picture, const HeapView& view) {
    CompactFitPicture readable = picture;
    readable.fault = {};
    const bool known =
        std::all_of(picture.pages.begin(), picture.pages.end(), [&](const CompactFitPage& page) {
            return page.state == ListState::Free || page.sizeClass < picture.classes.size();
        });
    HeapPicture heap = known ? heapPicture(readable, view.settings, view.extent) : HeapPicture{};
    if (!picture.fault.empty()) {
        heap.broken(picture.fault, VirtAddr(picture.faultAt));
    }
    return heap;
}

std::vector<HeapTableEntry> readTable(const ArenaReader& reader, const HeapView& view) {
    std::vector<HeapTableEntry> table;
    const std::uint64_t room = std::max<std::uint64_t>(view.settings.tableEntries, 1);
    const std::uint64_t ever = reader.word(VirtAddr(view.extent.books + entriesEver));
    for (std::uint64_t number = 0; number < std::min(ever, room); ++number) {
        const VirtAddr entry(view.extent.books + tableAt + number * entryBytes);
        const std::uint64_t block = reader.word(entry) & ~abortMarks;
        const bool used = block >= view.extent.start && block < view.extent.end;
        table.push_back({entry, VirtAddr(used ? block : 0)});
    }
    return table;
}

void count(HeapView& view) {
    for (const HeapBlock& block : view.picture.blocks) {
        if (block.used) {
            ++view.usedBlocks;
            view.footprint = (block.start + block.length).value - view.extent.start;
            view.usedBytes += block.length.value;
        } else if (!block.books) {
            view.freeBytes += block.length.value;
            view.largestFree = std::max(view.largestFree, block.length.value);
        }
    }
    for (std::size_t list = 0; list < view.picture.lists.size(); ++list) {
        const auto& members = view.picture.lists[list].members;
        for (std::size_t i = 0; i < members.size(); ++i) {
            view.places.push_back({members[i].start, {list, i}});
        }
    }
    std::stable_sort(view.places.begin(), view.places.end(),
                     [](const auto& a, const auto& b) { return a.start < b.start; });
}

} // namespace

const HeapBlock* HeapView::blockAt(VirtAddr address) const {
    const auto above = std::upper_bound(
        picture.blocks.begin(), picture.blocks.end(), address,
        [](VirtAddr wanted, const HeapBlock& block) { return wanted < block.start; });
    if (above == picture.blocks.begin()) {
        return nullptr;
    }
    const HeapBlock& block = *std::prev(above);
    return (address - block.start) < block.length ? &block : nullptr;
}

std::optional<HeapListPlace> HeapView::listOf(VirtAddr start) const {
    const auto found =
        std::lower_bound(places.begin(), places.end(), start,
                         [](const Place& place, VirtAddr wanted) { return place.start < wanted; });
    return found != places.end() && found->start == start ? std::optional(found->place)
                                                          : std::nullopt;
}

const HeapTableEntry* HeapView::entryOf(const HeapBlock& block) const {
    const auto found = std::find_if(table.begin(), table.end(), [&](const HeapTableEntry& entry) {
        return entry.block.value != 0 && entry.block >= block.start &&
               entry.block - block.start < block.length;
    });
    return found == table.end() ? nullptr : &*found;
}

VirtAddr HeapView::blocksEnd() const {
    return picture.blocks.empty() ? VirtAddr(extent.start)
                                  : picture.blocks.back().start + picture.blocks.back().length;
}

HeapReader::HeapReader(const HeapShape& shape) : parts_(std::make_unique<Parts>(shape)) {}

HeapReader::~HeapReader() = default;
HeapReader::HeapReader(HeapReader&&) noexcept = default;
HeapReader& HeapReader::operator=(HeapReader&&) noexcept = default;

std::uint64_t HeapReader::booksStart() const {
    return parts_->plan.booksStart();
}

HeapViewRef HeapReader::update(const PageMap& memory, const PageStates& pages, PageCount pool) {
    if (pool.value == 0) {
        bytes_ = {};
        view_.reset();
        return nullptr;
    }
    const MemoryPlan& plan = parts_->plan;
    const std::uint64_t bytesInPool = std::min(bytesOf(pool).value, plan.heapLimit);
    const HeapExtent extent{plan.heapStart, plan.heapStart + bytesInPool, plan.booksStart()};
    HeapBytes bytes(memory, pages, extent, extent.books + plan.booksBytes);
    if (view_ == nullptr || !bytes.same(bytes_)) {
        bytes_ = std::move(bytes);
        view_ = decode(bytes_, extent);
    }
    return view_;
}

HeapViewRef HeapReader::decode(const HeapBytes& bytes, const HeapExtent& extent) const {
    auto view = std::make_shared<HeapView>();
    view->process = parts_->shape.process;
    view->settings = parts_->shape.settings;
    view->extent = extent;
    view->unknownPages = bytes.unknown();
    if (view->settings.kind == AllocatorKind::CompactFit) {
        view->compactFit = decodeCompactFit(bytes, extent, view->settings);
        view->picture = blocksOf(*view->compactFit, *view);
        if (handsOutHandles(view->settings)) {
            view->table = readTable(bytes, *view);
        }
    } else {
        view->picture = parts_->allocator->picture(bytes, extent);
    }
    count(*view);
    if (parts_->allocator->takesChunks()) {
        view->footprint = parts_->allocator->footprint(bytes, extent);
    }
    return view;
}

} // namespace fragscope
