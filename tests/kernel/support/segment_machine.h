#pragma once

#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/memory_bytes.h"
#include "fragscope/kernel/segments/dma_calls.h"
#include "fragscope/kernel/segments/message_calls.h"
#include "fragscope/kernel/segments/segment_calls.h"
#include "fragscope/kernel/segments/segment_check.h"

#include "kernel/support/kernel_bench.h"

namespace fragscope::test {

inline KernelSettings withSegments(const SegmentMemorySettings& segments) {
    KernelSettings settings;
    settings.segments = segments;
    return settings;
}

/// A kernel with a segment heap.
class SegmentMachine : public KernelBench {
public:
    explicit SegmentMachine(const SegmentMemorySettings& segments,
                            ByteCount size = mib(8),
                            const std::vector<MemorySpan>& holes = {},
                            std::uint32_t cpuCount = 1)
        : KernelBench(withSegments(segments), cpuCount, size, holes) {}

    SegmentCall allocate(Process& process, std::uint64_t frames) {
        SegmentCall call{.frames = PageCount(frames)};
        spawn(0, allocateSegment(kernel, process, call));
        run();
        return call;
    }

    void release(Process& process, VirtAddr at) {
        spawn(0, freeSegment(kernel, process, at));
        run();
    }

    [[nodiscard]] Segment segment(SegmentId id) {
        return kernel.segments()->heap().table().segment(id);
    }

    /// Writes or reads a word as the process; true if it was allowed.
    bool write(Process& process, VirtAddr at, std::uint64_t value) {
        AccessRequest request{
            .process = &process, .address = at, .kind = AccessKind::Write, .value = value};
        spawn(0, accessOnce(kernel, request), process.number);
        run();
        return !request.killed;
    }

    std::uint64_t read(Process& process, VirtAddr at) {
        AccessRequest request{.process = &process, .address = at, .kind = AccessKind::Read};
        spawn(0, accessOnce(kernel, request), process.number);
        run();
        return request.killed ? ~0ULL : request.value;
    }

    /// "" if the books hold and each segment is mapped where they say, page by page.
    [[nodiscard]] std::string issue() {
        const MachineBytes bytes(memory);
        const auto root = decodeRoot(bytes);
        const SegmentBytes words(bytes, root->segmentBooks);
        const bool lists = kernel.settings().segments.heap.hasLists();
        if (const auto found = checkSegments(words, {.lists = lists})) {
            return found->invariant + ": " + found->text;
        }
        for (std::uint32_t zone = 0; zone < decodeShape(words).zones; ++zone) {
            for (const Segment& run : decodeSegments(words, zone)) {
                if (run.state == SegmentState::Used && !isMapped(run)) {
                    return "segment " + std::to_string(run.id) + " is not mapped as it should be";
                }
                const std::size_t mappings = run.state == SegmentState::Used ? 1 : 0;
                if (entriesNaming(run.id) != mappings) {
                    return "segment " + std::to_string(run.id) + " is mapped more or less often";
                }
            }
        }
        return "";
    }

    SendCall send(Process& process, VirtAddr at, const Process& receiver, std::uint32_t bytes) {
        SendCall call{.at = at, .receiver = receiver.number};
        call.headerBytes = bytes;
        for (std::size_t i = 0; i < call.header.size(); ++i) {
            call.header[i] = 0x1000 + i;
        }
        spawn(0, sendSegment(kernel, process, call));
        run();
        return call;
    }

    ReceiveCall receive(Process& process) {
        ReceiveCall call;
        spawn(0, receiveSegment(kernel, process, call));
        run();
        return call;
    }

    SegmentId lock(Process& process, VirtAddr at) {
        LockCall call{.at = at};
        spawn(0, lockSegment(kernel, process, call));
        run();
        return call.segment;
    }

    SegmentId unlock(Process& process, VirtAddr at) {
        LockCall call{.at = at};
        spawn(0, unlockSegment(kernel, process, call));
        run();
        return call.segment;
    }

private:
    /// Entries of all maps that say they are a piece of the segment.
    std::size_t entriesNaming(SegmentId id) {
        std::size_t found = 0;
        for (const auto& process : kernel.processes()) {
            for (std::size_t i = 0; !process->reaped && i < process->map.count(); ++i) {
                const MapEntry entry = process->map.entry(i);
                found += entry.kind == EntryKind::Block && entry.segment == id ? 1 : 0;
            }
        }
        return found;
    }

    bool isMapped(const Segment& run) {
        const Process& owner = *kernel.processes().at(run.owner - 1);
        const auto extent = owner.map.lookUp(run.vaddr);
        if (!extent || extent->start != run.vaddr.value || extent->kind != EntryKind::Block ||
            extent->length != bytesOf(run.frames).value ||
            extent->paddr != startOf(run.base).value ||
            owner.map.entry(extent->index).segment != run.id) {
            return false;
        }
        for (std::uint64_t i = 0; i < run.frames.value; ++i) {
            const PageNumber page = pageOf(run.vaddr) + PageCount(i);
            const Pte entry{owner.tables.leaf(page)};
            const FrameNumber frame = entry.large()
                                          ? entry.frame() + PageCount(page.value % wordsPerPage)
                                          : entry.frame();
            if (!entry.present() || frame != run.base + PageCount(i)) {
                return false;
            }
        }
        return true;
    }
};

} // namespace fragscope::test
