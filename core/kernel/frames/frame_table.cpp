#include "fragscope/kernel/frames/frame_table.h"

#include "fragscope/base/check.h"
#include "fragscope/base/text.h"

#include <algorithm>

namespace fragscope {

FrameTable::FrameTable(EventBus& events,
                       PhysicalMemory& memory,
                       PhysAddr table,
                       FrameNumber zoneEnd)
    : events_(events), memory_(memory), table_(table), zoneEnd_(zoneEnd) {}

PhysAddr FrameTable::place(FrameNumber frame) const {
    return table_ + ByteCount(frame.value * frameEntryBytes);
}

FrameInfo FrameTable::info(FrameNumber frame) const {
    return decodeFrame(memory_.load(place(frame)));
}

void FrameTable::write(FrameNumber frame, const FrameInfo& info) {
    memory_.store(place(frame), encodeFrame(info));
}

void FrameTable::initialise() {
    for (FrameNumber frame{0}; frame.value < memory_.frameCount().value; ++frame) {
        if (!memory_.isRam(frame)) {
            write(frame, {.use = FrameUse::Hole});
        }
    }
}

bool FrameTable::isFree(FrameNumber first, PageCount count) const {
    if (first.value + count.value > memory_.frameCount().value) {
        return false;
    }
    for (std::uint64_t i = 0; i < count.value; ++i) {
        if (info(first + PageCount(i)).use != FrameUse::Free) {
            return false;
        }
    }
    return true;
}

std::optional<FrameNumber> FrameTable::findRun(PageCount count, FrameNumber from) const {
    std::uint64_t run = 0;
    for (FrameNumber frame = from; frame.value < memory_.frameCount().value; ++frame) {
        run = info(frame).use == FrameUse::Free ? run + 1 : 0;
        if (run == count.value) {
            return frame - PageCount(count.value - 1);
        }
    }
    return std::nullopt;
}

void FrameTable::take(
    FrameNumber first, PageCount count, FrameUse use, std::uint32_t owner, Rule why) {
    FRAGSCOPE_CHECK(isFree(first, count), "taking frames that are not free from " + text(first));
    const FrameInfo taken{.use = use,
                          .owner = static_cast<std::uint16_t>(owner),
                          .references = static_cast<std::uint16_t>(use == FrameUse::Data ? 1 : 0)};
    for (std::uint64_t i = 0; i < count.value; ++i) {
        write(first + PageCount(i), taken);
    }
    events_.emit({.kind = EventKind::FramesAllocated,
                  .rule = why,
                  .object = owner,
                  .paddr = startOf(first).value,
                  .value = static_cast<std::uint64_t>(use),
                  .a = count.value});
}

void FrameTable::give(FrameNumber first, PageCount count, Rule why) {
    const FrameInfo before = info(first);
    for (std::uint64_t i = 0; i < count.value; ++i) {
        const FrameInfo old = info(first + PageCount(i));
        FRAGSCOPE_CHECK(old.use != FrameUse::Free && old.use != FrameUse::Hole,
                        "freeing a frame that nobody owns: " + text(first + PageCount(i)));
        write(first + PageCount(i), {});
    }
    ++releases_;
    events_.emit({.kind = EventKind::FramesFreed,
                  .rule = why,
                  .object = before.owner,
                  .paddr = startOf(first).value,
                  .value = static_cast<std::uint64_t>(before.use),
                  .a = count.value});
}

std::optional<FrameNumber> FrameTable::takeKernelFrame(FrameUse use, std::uint32_t owner) {
    const auto found = findRun(PageCount(1), FrameNumber(0));
    if (found) {
        take(*found, PageCount(1), use, owner, Rule::KernelOwn);
        memory_.fill(startOf(*found), ByteCount(pageBytes), std::byte{0});
    }
    return found;
}

void FrameTable::pin(FrameNumber first, PageCount count, int change) {
    std::uint16_t pins = 0;
    for (std::uint64_t i = 0; i < count.value; ++i) {
        FrameInfo frame = info(first + PageCount(i));
        frame.pins = static_cast<std::uint16_t>(std::max(0, frame.pins + change));
        pins = frame.pins;
        write(first + PageCount(i), frame);
    }
    if (change < 0) {
        ++releases_; // a pin that goes away may make a move possible
    }
    events_.emit({.kind = EventKind::FramesPinned,
                  .rule = Rule::ScenarioSaysSo,
                  .object = info(first).owner,
                  .paddr = startOf(first).value,
                  .value = pins,
                  .a = count.value});
}

bool FrameTable::anyPinned(FrameNumber first, PageCount count) const {
    for (std::uint64_t i = 0; i < count.value; ++i) {
        if (info(first + PageCount(i)).pins != 0) {
            return true;
        }
    }
    return false;
}

void FrameTable::addReference(FrameNumber frame, int change) {
    FrameInfo entry = info(frame);
    entry.references = static_cast<std::uint16_t>(entry.references + change);
    write(frame, entry);
}

void FrameTable::setOwner(FrameNumber frame, std::uint32_t owner) {
    FrameInfo entry = info(frame);
    entry.owner = static_cast<std::uint16_t>(owner);
    write(frame, entry);
}

FrameTable::FreeSpace FrameTable::freeSpace() const {
    FreeSpace space;
    PageCount run;
    for (FrameNumber frame{0}; frame.value < memory_.frameCount().value; ++frame) {
        const bool isFree = info(frame).use == FrameUse::Free;
        run = isFree ? run + PageCount(1) : PageCount(0);
        space.frames += PageCount(isFree ? 1 : 0);
        space.largestRun = std::max(space.largestRun, run);
    }
    return space;
}

} // namespace fragscope
