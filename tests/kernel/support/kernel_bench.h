#pragma once

#include "fragscope/kernel/fault_handler.h"
#include "fragscope/kernel/growth.h"
#include "fragscope/kernel/kernel.h"
#include "fragscope/kernel/system_call.h"

#include <algorithm>
#include <vector>

namespace fragscope::test {

/// A kernel on a small machine, without mover and applications; tests spawn what they need.
class KernelBench : public EventSink {
public:
    explicit KernelBench(const KernelSettings& settings = {},
                         std::uint32_t cpuCount = 2,
                         ByteCount size = mib(2),
                         const std::vector<MemorySpan>& holes = {})
        : memory(events, size, holes), mmu(events, memory), cpus(makeCpus(events, cpuCount)),
          scheduler(events, cost, cpuCount, choices),
          kernel({events, memory, mmu, cpus, scheduler, cost}, settings) {
        events.attach(*this, kindsOf(RecordLevel::Full));
        scheduler.setHooks(&kernel);
        scheduler.setPolicy(SchedulePolicy::ByTime, 20000);
        kernel.boot();
    }

    ~KernelBench() override { events.detach(*this); }

    KernelBench(const KernelBench&) = delete;
    KernelBench& operator=(const KernelBench&) = delete;

    Process& makeProcess(VirtAddr start = VirtAddr(0x10000000)) {
        return *kernel.createProcess("process", start);
    }

    /// Puts a block of `pages` at the end of the area; its frames must be free.
    void
    addBlock(Process& process, std::uint64_t pages, std::uint64_t frame, bool largePages = false) {
        MemoryMap& map = process.map;
        const std::uint64_t start = map.areaEnd().value;
        kernel.frames().take(FrameNumber(frame), PageCount(pages), FrameUse::Data, process.number,
                             Rule::InitialState, pageOf(VirtAddr(start)));
        const std::uint64_t length = bytesOf(PageCount(pages)).value;
        const std::uint64_t place = startOf(FrameNumber(frame)).value;
        const std::size_t limit = map.count() - 1;
        map.insert(limit,
                   {.start = start,
                    .place = map.placeFor(start, place),
                    .length = length,
                    .label = nextLabel(map)},
                   Rule::InitialState);
        map.patch(limit + 1, map_field::start, start + length, Rule::InitialState);
        const Extent extent{.start = start, .length = length, .paddr = place};
        (void)kernel.mapExtent(process, extent, largePages);
    }

    Task& spawn(std::uint32_t cpu, Steps root, std::uint32_t process = 0, std::uint64_t at = 0) {
        return scheduler.spawn({.process = process, .cpu = cpu, .startAtCycles = at},
                               std::move(root));
    }

    AdvanceEnd run(std::uint64_t maxSteps = 100'000) { return scheduler.run(stop, maxSteps); }

    void onEvent(const Event& event) override { log.push_back(event); }

    [[nodiscard]] std::vector<Event> all(EventKind kind) const {
        std::vector<Event> found;
        std::copy_if(log.begin(), log.end(), std::back_inserter(found),
                     [&](const Event& event) { return event.kind == kind; });
        return found;
    }

    /// Lines of a listing that were run, in order.
    [[nodiscard]] std::vector<std::uint16_t> linesOf(ListingId listing) const {
        std::vector<std::uint16_t> lines;
        for (const Event& event : all(EventKind::TaskStep)) {
            if (event.a == static_cast<std::uint64_t>(listing)) {
                lines.push_back(event.line);
            }
        }
        return lines;
    }

    [[nodiscard]] std::uint64_t freeFrames() { return kernel.frames().freeSpace().frames.value; }

    static std::vector<Cpu> makeCpus(EventBus& bus, std::uint32_t count) {
        std::vector<Cpu> made;
        for (std::uint32_t i = 0; i < count; ++i) {
            made.emplace_back(bus, static_cast<std::uint8_t>(i));
        }
        return made;
    }

    EventBus events;
    CostModel cost;
    Choices choices{1};
    PhysicalMemory memory;
    Mmu mmu;
    std::vector<Cpu> cpus;
    Scheduler scheduler;
    Kernel kernel;
    bool stop = false;
    std::vector<Event> log;
};

enum class BenchLine : std::uint16_t { One = 1, Two };

/// One access in one step; then one step more.
inline Steps accessOnce(Kernel& kernel, AccessRequest& request) {
    co_yield BenchLine::One;
    co_await access(kernel, request);
    co_yield BenchLine::Two;
}

inline AccessRequest
requestFor(Process& process, VirtAddr address, AccessKind kind, std::uint64_t value = 0) {
    AccessRequest request;
    request.process = &process;
    request.address = address;
    request.kind = kind;
    request.value = value;
    return request;
}

/// Puts an empty entry E in front of the entry at `index` and lets it cover `bytes` of that entry.
inline void coverWithE(MemoryMap& map, std::size_t index, std::uint64_t bytes) {
    const std::uint64_t start = map.entry(index).start;
    map.insert(index,
               {.start = start,
                .length = bytes,
                .kind = EntryKind::NoAccess,
                .writable = false,
                .label = 'E'},
               Rule::CoverBlock);
    map.patch(index + 1, map_field::start, start + bytes, Rule::CoverBlock);
}

} // namespace fragscope::test
