#pragma once

#include "fragscope/kernel/segments/segment_table.h"

#include "view/support/kernel_books.h"

namespace fragscope::test {

/// A segment heap in the memory of a view, without a kernel: its books in frame 8 and behind.
class SegmentHeapBooks : public WordStore {
public:
    static constexpr FrameNumber first{8};

    SegmentHeapBooks(std::uint64_t frames,
                     const std::vector<SegmentTable::ZoneSpec>& zones,
                     bool lists,
                     std::uint32_t descriptors = 200)
        : books(frames), shape{.zones = static_cast<std::uint32_t>(zones.size()),
                               .descriptors = descriptors},
          table(*this, shape, lists) {
        books.root.frameCount = zones.front().begin.value;
        books.root.segmentBooks = startOf(first);
        books.root.segmentWords = shape.words();
        encodeRoot(books.root, MapRepresentation::StartOnly,
                   [this](PhysAddr place, std::uint64_t word) { books.put(place, word); });
        table.format(zones);
    }

    [[nodiscard]] std::uint64_t load(std::uint64_t index) const override {
        return books.state.memory.load(startOf(first) + ByteCount(index * wordBytes));
    }

    void store(std::uint64_t index, std::uint64_t value) override {
        books.put(startOf(first) + ByteCount(index * wordBytes), value);
    }

    /// The lowest `frames` of the first free run that has as many become a segment; 0 if none has.
    SegmentId take(std::uint64_t frames, std::uint32_t owner = 1, std::uint64_t alignment = 1) {
        for (SegmentId id = table.first(0); id != 0; id = table.next(id)) {
            if (!table.isFree(id) || table.frames(id).value < frames) {
                continue;
            }
            if (table.frames(id).value > frames) {
                table.cutBack(id, PageCount(frames));
            }
            table.use(id, {.owner = owner,
                           .vaddr = VirtAddr(pageBytes * 1000),
                           .asked = PageCount(frames),
                           .alignment = PageCount(alignment)});
            return id;
        }
        return 0;
    }

    KernelBooks books;
    SegmentShape shape;
    SegmentTable table;
};

} // namespace fragscope::test
