#include "fragscope/machine/setup.h"

#include "fragscope/base/text.h"
#include "fragscope/defrag/candidates.h"
#include "fragscope/kernel/frames/frame_steps.h"
#include "fragscope/kernel/growth.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/stack_calls.h"
#include "fragscope/kernel/segments/dma_calls.h"
#include "fragscope/machine/heap_setup.h"
#include "fragscope/machine/script.h"
#include "fragscope/trace/read_trace.h"

#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

Error wrong(std::string key, std::string reason) {
    Error error = badInput(std::move(reason));
    error.key = std::move(key);
    return error;
}

/// Distinct bytes per page, so that a page read at the wrong place is noticed before anything is
/// written.
std::byte initialByte(std::uint64_t page) {
    return static_cast<std::byte>(1 + page % 250);
}

Expected<FrameNumber>
chooseFrames(Machine::Parts& parts, const ProcessSettings& settings, const InitialBlock& block) {
    const PageCount pages = pagesFor(block.size);
    FrameTable& frames = parts.kernel.frames();
    if (block.frame == InitialBlock::anywhere) {
        if (const auto found = frames.findRun(pages, frames.zoneEnd())) {
            return *found;
        }
        return wrong("process.blocks",
                     fmt::format("no {} contiguous free frames for a block of process {}",
                                 pages.value, settings.name));
    }
    const FrameNumber first(block.frame);
    if (!frames.isFree(first, pages)) {
        return wrong("process.blocks", fmt::format("frames {} to {} for a block of process {} are "
                                                   "not all free memory (the kernel uses "
                                                   "frames below {})",
                                                   block.frame, block.frame + pages.value - 1,
                                                   settings.name, frames.zoneEnd().value));
    }
    return first;
}

Expected<Done> placeBlock(Machine::Parts& parts,
                          const ProcessSettings& settings,
                          Process& process,
                          const InitialBlock& block) {
    const auto first = chooseFrames(parts, settings, block);
    if (!first) {
        return first.error();
    }
    const PageCount pages = pagesFor(block.size);
    const std::uint64_t length = bytesOf(pages).value;
    const std::uint64_t start = process.map.areaEnd().value;
    parts.kernel.frames().take(*first, pages, FrameUse::Data, process.number, Rule::InitialState,
                               pageOf(VirtAddr(start)));
    for (std::uint64_t i = 0; i < pages.value; ++i) {
        parts.memory.fill(startOf(*first + PageCount(i)), ByteCount(pageBytes), initialByte(i));
    }
    const MapEntry entry{.start = start,
                         .place = process.map.placeFor(start, startOf(*first).value),
                         .length = length,
                         .label = nextLabel(process.map)};
    const std::size_t limit = process.map.count() - 1;
    process.map.insert(limit, entry, Rule::InitialState);
    process.map.patch(limit + 1, map_field::start, start + length, Rule::InitialState);
    const Extent extent{.start = start, .length = length, .paddr = startOf(*first).value};
    if (!parts.kernel.mapExtent(process, extent, settings.largePages)) {
        return wrong("machine.memory", "no free frame is left for page tables");
    }
    return Done{};
}

Expected<Done> makeProcess(Machine::Parts& parts, const ProcessSettings& settings) {
    Process* process = parts.kernel.createProcess(settings.name, settings.start);
    if (process == nullptr) {
        return wrong("process", fmt::format("no room for process {} (at most {})", settings.name,
                                            Kernel::processSlots));
    }
    for (const InitialBlock& block : settings.blocks) {
        if (auto placed = placeBlock(parts, settings, *process, block); !placed) {
            return placed;
        }
    }
    return Done{};
}

/// Whether some process makes this one by a fork.
bool comesByFork(const RunConfig& config, const std::string& name) {
    for (const ProcessSettings& process : config.processes) {
        for (const ScriptedAccess& element : process.script) {
            if (element.verb == Verb::Fork && element.other == name) {
                return true;
            }
        }
    }
    return false;
}

/// The areas of demand of a process. A refused one is an event; the process then begins without.
Expected<Done> reserveAreas(Machine::Parts& parts, std::size_t index) {
    const ProcessSettings& settings = parts.config.processes[index];
    Process& process = *parts.kernel.processes()[index];
    DemandPaging& paging = parts.kernel.paging();
    process.onSignal = settings.onSignal;
    process.awaitsFork = comesByFork(parts.config, settings.name);
    process.demandPaged =
        settings.reserve.value != 0 || settings.file.value != 0 || settings.stack.value != 0;
    const PageCount pages = pagesFor(settings.reserve);
    bool room = true;
    if (pages.value != 0 && paging.mayPromise(process, pages)) {
        room = paging.addArea(process, pages, AreaKind::OnDemand, Rule::InitialState);
    }
    if (settings.file.value != 0) {
        room = room &&
               paging.addArea(process, pagesFor(settings.file), AreaKind::File, Rule::InitialState);
    }
    for (std::size_t i = 0; i < settings.cpus.size() && settings.stack.value != 0; ++i) {
        (void)makeStack(parts.kernel, process, pagesFor(settings.stack),
                        PageCount(settings.stackGuard));
    }
    return room ? Expected<Done>(Done{})
                : wrong("machine.memory", "no free frame is left for page tables");
}

/// The thread that was made last replays a trace: on the heap of its process, or on a bump heap.
Expected<Done> startReplay(Machine::Parts& parts, const std::string& source, TaskSpec spec) {
    auto trace = readTrace(source);
    if (!trace) {
        return trace.error();
    }
    ApplicationThread& thread = parts.threads.back();
    if (thread.heap != nullptr) {
        spec.listing = ListingId::HeapTrace;
        parts.heapTraces.emplace_back(thread, std::move(trace).value());
        parts.scheduler.spawn(spec, parts.heapTraces.back().run());
    } else {
        parts.replays.emplace_back(thread, std::move(trace).value());
        parts.scheduler.spawn(spec, parts.replays.back().run());
    }
    return Done{};
}

Expected<Done> startThreads(Machine::Parts& parts, std::size_t index) {
    const ProcessSettings& settings = parts.config.processes[index];
    Process& process = *parts.kernel.processes()[index];
    for (std::uint32_t n = 0; n < settings.cpus.size(); ++n) {
        const std::uint32_t cpu = settings.cpus[n];
        parts.threads.push_back({.kernel = parts.kernel,
                                 .process = process,
                                 .settings = settings,
                                 .number = n,
                                 .rng = Rng(parts.choices.rng().next()),
                                 .heap = heapOf(parts, process),
                                 .enough = conditionOf<&Machine::Parts::enough>(parts)});
        parts.kernel.threadStarted(process, cpu);
        const bool replays = !settings.trace.empty();
        TaskSpec spec{.process = process.number,
                      .role = TaskRole::Application,
                      .cpu = cpu,
                      .listing = replays ? ListingId::TraceReplay : ListingId::Application};
        if (settings.pattern == Pattern::Segments) {
            spec.listing = ListingId::SegmentProgram;
            parts.segmentPrograms.emplace_back(parts.threads.back());
            parts.scheduler.spawn(spec, parts.segmentPrograms.back().run());
            continue;
        }
        if (settings.pattern == Pattern::Script && parts.kernel.segments() != nullptr) {
            spec.listing = ListingId::SegmentScript;
            parts.segmentScripts.emplace_back(parts.threads.back());
            parts.scheduler.spawn(spec, parts.segmentScripts.back().run());
            continue;
        }
        if (settings.pattern == Pattern::Checkerboard) {
            spec.listing = ListingId::CheckerboardProgram;
            parts.checkerboards.emplace_back(parts.threads.back());
            parts.scheduler.spawn(spec, parts.checkerboards.back().run());
            continue;
        }
        if (!replays) {
            parts.scheduler.spawn(spec, runApplication(parts.threads.back()));
            continue;
        }
        if (auto started = startReplay(parts, settings.trace, spec); !started) {
            return started;
        }
    }
    return Done{};
}

void startMover(Machine::Parts& parts) {
    parts.mover = makeMover(parts.kernel, parts.config.mover);
    if (!parts.mover || parts.kernel.segments() != nullptr) {
        parts.moverControl.alive = false; // segments are moved by who needs room
        return;
    }
    const TaskSpec spec{.role = TaskRole::Mover,
                        .cpu = parts.config.mover.cpu,
                        .listing = ListingId::MoverLoop,
                        .daemon = true};
    parts.moverTask = &parts.scheduler.spawn(spec, runMover(parts.moverControl, *parts.mover));
}

/// What makes room in the segment heap, if anything does.
void makeCompaction(Machine::Parts& parts) {
    SegmentMemory* segments = parts.kernel.segments();
    const CompactionSettings& settings = parts.config.compaction;
    if (segments == nullptr || !parts.mover || settings.trigger == CompactionTrigger::None) {
        return;
    }
    parts.carrier.emplace(parts.kernel, *parts.mover,
                          transferBlockOf(parts.kernel, parts.config.mover));
    parts.compaction.emplace(parts.events, segments->heap(), *parts.carrier, settings,
                             &parts.scheduler);
    if (settings.onFailure()) {
        segments->heap().setCompactor(&*parts.compaction);
    }
    if (settings.inBackground()) {
        parts.background.emplace(BackgroundCompaction{segments->heap(), *parts.compaction,
                                                      parts.config.compaction, parts.scheduler});
        const TaskSpec spec{.role = TaskRole::Mover,
                            .cpu = settings.cpu,
                            .listing = ListingId::BackgroundCompaction,
                            .daemon = true};
        parts.scheduler.spawn(spec, runBackground(*parts.background));
    }
    if (settings.realign != Realign::Never) {
        parts.realigner.emplace(parts.events, segments->heap(), *parts.compaction,
                                parts.config.compaction, parts.scheduler);
        const TaskSpec spec{.role = TaskRole::Mover,
                            .cpu = settings.cpu,
                            .listing = ListingId::RealignSegments,
                            .daemon = true};
        parts.scheduler.spawn(spec, parts.realigner->run());
    }
}

/// The device, if a script uses it.
void startDevice(Machine::Parts& parts) {
    const auto& processes = parts.config.processes;
    const bool used =
        std::any_of(processes.begin(), processes.end(), [](const ProcessSettings& process) {
            return std::any_of(process.script.begin(), process.script.end(),
                               [](const auto& one) { return one.verb == Verb::Transfer; });
        });
    if (parts.kernel.segments() != nullptr && used) {
        const TaskSpec spec{.role = TaskRole::Kernel,
                            .cpu = parts.config.segments.device.cpu,
                            .listing = ListingId::DmaDevice,
                            .daemon = true};
        parts.scheduler.spawn(spec, runDevice(parts.kernel));
    }
}

/// The kernel's books; with `frames.step_boot` the free list is built by a task, in micro-steps.
void boot(Machine::Parts& parts) {
    parts.kernel.boot();
    if (parts.config.frames.stepBoot) {
        const TaskSpec spec{
            .role = TaskRole::Kernel, .cpu = 0, .listing = ListingId::InitialiseFrames};
        parts.scheduler.spawn(spec, initialiseFrames(parts.kernel));
        const bool never = false;
        parts.scheduler.run(never, ~0ULL);
    }
}

/// With segments the kernel has a part of memory only: its books must fit there.
Expected<Done> checkSegmentBooks(const Machine::Parts& parts) {
    const PageCount books = parts.kernel.plan().books;
    const PageCount managed = parts.kernel.managedFrames();
    if (parts.config.segments.enabled() && parts.kernel.segments() == nullptr) {
        return wrong("segments.kernel_memory", "no memory is left for the segment heap");
    }
    if (books < managed) {
        return Done{};
    }
    return wrong("segments.kernel_memory",
                 fmt::format("the kernel's books take {} frames, and {} lie below the segment heap",
                             books.value, managed.value));
}

} // namespace

Expected<Done> setUp(Machine::Parts& parts) {
    if (auto fits = checkSegmentBooks(parts); !fits) {
        return fits;
    }
    boot(parts);
    for (const ProcessSettings& settings : parts.config.processes) {
        if (auto made = makeProcess(parts, settings); !made) {
            return made;
        }
    }
    if (auto shared = shareInitially(parts); !shared) {
        return shared;
    }
    for (std::size_t i = 0; i < parts.config.processes.size(); ++i) {
        if (auto reserved = reserveAreas(parts, i); !reserved) {
            return reserved;
        }
    }
    // What was freed or given so far is the initial state, not a reason for the mover to start.
    parts.moverControl.releasesSeen = parts.kernel.frames().releases();
    startMover(parts);
    makeCompaction(parts);
    startDevice(parts);
    makeHeaps(parts);
    for (std::size_t i = 0; i < parts.config.processes.size(); ++i) {
        if (auto started = startThreads(parts, i); !started) {
            return started;
        }
    }
    startHeapTasks(parts);
    startScript(parts);
    return Done{};
}

} // namespace fragscope
