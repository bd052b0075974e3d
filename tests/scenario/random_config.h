#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/machine/config.h"
#include "fragscope/scenario/action_fields.h"
#include "fragscope/scenario/names.h"

#include <algorithm>
#include <string>

/// Random configurations that validate() accepts, written field by field without the settings
/// registry.
namespace fragscope {

class RandomConfig {
public:
    explicit RandomConfig(std::uint64_t seed) : rng_(seed) {}

    RunConfig make() {
        RunConfig config;
        config.seed = rng_.next();
        config.maxSteps = rng_.below(3) == 0 ? 0 : rng_.next();
        config.check = coin();
        fill(config.machine);
        fill(config.frames);
        fill(config.mover, config.machine.cpus);
        fill(config.paging);
        fill(config.segments);
        fill(config.compaction, config.machine);
        const std::uint64_t processes = 1 + rng_.below(4);
        for (std::uint64_t i = 0; i < processes; ++i) {
            fill(config.processes.emplace_back(), i, config.machine);
        }
        const std::uint64_t actions = rng_.below(6);
        std::uint64_t time = 0;
        for (std::uint64_t i = 0; i < actions; ++i) {
            time += rng_.below(100'000);
            config.script.push_back(action(config, time));
        }
        if (rng_.below(4) == 0) {
            makeSegmentMachine(config);
        }
        return config;
    }

private:
    bool coin() { return rng_.below(2) == 0; }

    template <class E> E any() { return static_cast<E>(rng_.below(choicesOf<E>().size())); }

    std::uint64_t someCycles() { return rng_.below((1ULL << 48) + 1); }

    void fill(CostModel& cost) {
        auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17] = cost;
        for (auto* field : {&a1, &a2, &a3, &a4, &a5, &a6, &a7, &a8, &a9, &a10, &a11, &a12, &a13,
                            &a14, &a15, &a16, &a17}) {
            *field = someCycles();
        }
    }

    void fill(MachineSettings& machine) {
        machine.memory = bytesOf(PageCount(4096 + rng_.below(4096)));
        machine.cpus = static_cast<std::uint32_t>(1 + rng_.below(16));
        machine.tlbSets = 1U << rng_.below(11);
        machine.tlbReplacement = any<Replacement>();
        const bool tree = machine.tlbReplacement == Replacement::TreePlru;
        machine.tlbWays =
            static_cast<std::uint32_t>(tree ? 1U << rng_.below(5) : 1 + rng_.below(16));
        machine.tlb2Sets = coin() ? 0 : 1U << rng_.below(13);
        machine.tlb2Ways =
            static_cast<std::uint32_t>(tree ? 1U << rng_.below(5) : 1 + rng_.below(16));
        machine.structureCache = static_cast<std::uint32_t>(rng_.below(65));
        machine.storeBuffer = static_cast<std::uint32_t>(rng_.below(65));
        machine.translation = any<TranslationMode>();
        machine.mapRepresentation = machine.translation == TranslationMode::Ranges
                                        ? any<MapRepresentation>()
                                        : MapRepresentation::StartOnly;
        machine.schedule = any<SchedulePolicy>();
        machine.quantumCycles = 1 + rng_.below(1ULL << 48);
        machine.kernelUsesTlb = coin();
        machine.cpuHz = 1 + rng_.below(1'000'000'000'000);
        if (coin()) {
            machine.holes.push_back({startOf(FrameNumber(4000)), kib(4 * (1 + rng_.below(8)))});
        }
        fill(machine.cost);
    }

    void fill(FrameSettings& frames) {
        frames.books = any<FrameBooks>();
        frames.kernelPages = any<KernelPages>();
        frames.init = any<FrameInit>();
        frames.tableRelease = any<TableRelease>();
        frames.stepBoot = coin();
        frames.ownerNodes = rng_.below(1000);
        frames.kernelHeap = kib(4 * rng_.below(32)); // 0 = auto
    }

    void fill(MoverSettings& mover, std::uint32_t cpus) {
        mover.algorithm = any<MoverAlgorithm>();
        mover.cpu = static_cast<std::uint32_t>(rng_.below(cpus));
        mover.transferBlock = kib(4 * rng_.below(1024)); // 0 = auto
        mover.waitLimitCycles = someCycles();
        mover.startOnCommand = coin();
        mover.startPeriodCycles = someCycles();
        mover.startOnFramesFreed = coin() || !(mover.startOnCommand || mover.startPeriodCycles);
        mover.candidates = any<CandidateOrder>();
        mover.oldFrames = any<OldFrames>();
        mover.death = any<MoverDeath>();
        mover.systemCall = any<SystemCallMode>();
        mover.shootdown = any<ShootdownMode>();
        mover.handler = any<HandlerMode>();
        mover.wait = any<WaitMode>();
        mover.order = any<MoveOrder>();
        mover.waitInterrupts = any<WaitInterrupts>();
        mover.preemptInWindow = any<PreemptInWindow>();
        mover.pteClear = any<PteClear>();
        mover.ownersCovered = any<OwnersCovered>();
        mover.pinned = any<PinnedFrames>();
    }

    void fill(PagingSettings& paging) {
        paging.handler = any<DemandHandler>();
        paging.invalidAccess = any<InvalidReaction>();
        paging.outOfMemory = any<OutOfMemoryMode>();
        paging.commitLimit = kib(4 * rng_.below(1024));
        paging.replacement = static_cast<PageReplacement>(rng_.below(8)); // OPT asks for more
        paging.clockLoadedBit = coin();
        paging.window = 1 + rng_.below(1000);
        paging.scope = any<ReplacementScope>();
        paging.use = any<UseSource>();
        paging.frames = rng_.below(1024);
        paging.swapSlots = rng_.below(1024);
        paging.zeroPage = coin();
        paging.entryBits = rng_.below(osBits + 1);
        paging.absentStates = coin();
        paging.attach = any<AttachMode>();
        paging.stackReclaim = any<StackReclaim>();
        paging.lowWatermark = rng_.below(1024);
        paging.sweepQuantum = 1 + rng_.below(64);
    }

    /// No heap: it needs a process without other memory. Its settings are kept all the same.
    void fill(HeapSettings& heap, const MachineSettings& machine) {
        heap.allocator = any<AllocatorKind>();
        heap.layers = any<HeapLayers>();
        heap.onFree = any<OnFree>();
        heap.poolStep = kib(4 * (1 + rng_.below(64)));
        heap.unmapAbove = kib(4 * rng_.below(64));
        heap.pageAligned = coin();
        heap.scavenge = any<ScavengeTrigger>();
        heap.threshold = any<ScavengeThreshold>();
        heap.quantum = 1 + rng_.below(64);
        heap.cpu = static_cast<std::uint32_t>(rng_.below(machine.cpus));
    }

    void fill(ProcessSettings& process, std::uint64_t number, const MachineSettings& machine) {
        process.name = "process-" + std::to_string(number);
        process.start = startOf(PageNumber(1 + rng_.below(1ULL << 34)));
        process.blocks.push_back({kib(4 * (1 + rng_.below(64))), 128 * (number + 2)});
        if (coin()) {
            process.blocks.push_back({kib(4 * (1 + rng_.below(64))), InitialBlock::anywhere});
        }
        process.cpus.clear();
        for (std::uint64_t i = 1 + rng_.below(3); i > 0; --i) {
            process.cpus.push_back(static_cast<std::uint32_t>(rng_.below(machine.cpus)));
        }
        process.pattern = static_cast<Pattern>(rng_.below(4)); // segments: below
        process.accesses = coin() ? 0 : rng_.next();
        process.writePercent = static_cast<std::uint32_t>(rng_.below(101));
        process.hotSize = kib(4);
        process.hotPercent = static_cast<std::uint32_t>(rng_.below(101));
        for (std::uint64_t i = 1 + rng_.below(3); i > 0; --i) {
            process.script.push_back(element());
        }
        process.onSignal = any<OnSignal>();
        process.thinkCycles = coin() ? ~0ULL : someCycles();
        process.deadlineCycles = someCycles();
        process.atomicity = any<AccessAtomicity>();
        process.traceOperations = rng_.next();
        process.growBy = kib(4 * (1 + rng_.below(64)));
        process.exitAtCycles = coin() ? 0 : someCycles();
        fill(process.heap, machine);
        fill(process.segments);
    }

    void fill(SegmentLoad& load) {
        const auto pages = [this] { return kib(4 * (1 + rng_.below(1000))); };
        load.limit = pages();
        load.least = pages();
        load.most = load.least + pages();
        load.largeLeast = pages();
        load.largeMost = load.largeLeast + pages();
        load.popular = {pages(), pages()};
        load.popularPercent = static_cast<std::uint32_t>(rng_.below(51));
        load.largePercent = static_cast<std::uint32_t>(rng_.below(50));
        load.youngPercent = static_cast<std::uint32_t>(rng_.below(101));
        load.stamps = any<SegmentStamps>();
        load.pauseCycles = someCycles();
        load.freeAtEnd = coin();
        load.unmovablePercent = static_cast<std::uint32_t>(rng_.below(101));
        load.sweeps = static_cast<std::uint32_t>(rng_.below(1ULL << 32));
        load.promote = coin();
        load.lockPercent = static_cast<std::uint32_t>(rng_.below(101));
        load.lockRequests = static_cast<std::uint32_t>(1 + rng_.below(100));
    }

    void fill(SegmentMemorySettings& segments) {
        segments.kernelMemory = coin() ? ByteCount(0) : mib(2 + rng_.below(4));
        segments.descriptors = static_cast<std::uint32_t>(8 + rng_.below(4000));
        segments.areas = static_cast<std::uint32_t>(1 + rng_.below(1000));
        segments.areaJoin = any<AreaJoin>();
        segments.clear = coin();
        segments.largePages = coin();
        SegmentSettings& heap = segments.heap;
        heap.rounding = any<SegmentRounding>();
        heap.roundTo = PageCount(1 + rng_.below(64));
        heap.sizes = {PageCount(1 + rng_.below(10)), PageCount(11 + rng_.below(100))};
        heap.fallback = any<SegmentFallback>();
        heap.join = any<SegmentJoin>();
        heap.split = any<SegmentSplit>();
        heap.minimumRest = PageCount(rng_.below(64));
        heap.retract = any<SegmentRetract>();
        heap.alignAbove = PageCount(rng_.below(2000));
        heap.alignment = PageCount(1ULL << rng_.below(11));
        heap.spans = any<SegmentSpans>();
        heap.spanChoice = any<SpanChoice>();
        heap.surveyEvery = static_cast<std::uint32_t>(rng_.below(100));
        heap.maxOrder = static_cast<std::uint32_t>(rng_.below(29));
        heap.lockZone = coin() ? ByteCount(0) : kib(4 * (1 + rng_.below(64)));
        segments.messages.way = any<MessageWay>();
        segments.messages.places = static_cast<std::uint32_t>(1 + rng_.below(100));
        segments.messages.shootdown = any<SendShootdown>();
        segments.device.lock = any<BufferLock>();
    }

    void fill(CompactionSettings& compaction, const MachineSettings& machine) {
        compaction.trigger = any<CompactionTrigger>();
        compaction.extent = any<CompactionExtent>();
        compaction.slackPercent = static_cast<std::uint32_t>(rng_.below(101));
        compaction.locked = any<LockedSegments>();
        compaction.lockLimitCycles = someCycles();
        compaction.lockTimeout = any<LockTimeout>();
        compaction.preferInTransit = coin();
        compaction.periodCycles = 1 + someCycles() / 2;
        compaction.budget = ByteCount(1 + rng_.below(1ULL << 30));
        compaction.thresholdPercent = static_cast<std::uint32_t>(rng_.below(101));
        compaction.cpu = static_cast<std::uint32_t>(rng_.below(machine.cpus));
        compaction.relaxBelowPercent = static_cast<std::uint32_t>(rng_.below(60));
        compaction.realign = any<Realign>();
        compaction.realignAbovePercent = static_cast<std::uint32_t>(61 + rng_.below(40));
    }

    /// Where memory is segments, nothing else is there.
    void makeSegmentMachine(RunConfig& config) {
        const SegmentPlacement placement = static_cast<SegmentPlacement>(1 + rng_.below(5));
        config.segments.heap.placement = placement;
        const bool design =
            placement == SegmentPlacement::QuickFit || placement == SegmentPlacement::Top;
        if (placement != SegmentPlacement::Paged) {
            config.segments.addresses = any<SegmentAddresses>();
        }
        if (!design || config.segments.addresses == SegmentAddresses::Physical) {
            config.compaction.trigger = CompactionTrigger::None;
        }
        config.machine.translation = TranslationMode::Paging;
        config.machine.mapRepresentation = MapRepresentation::StartOnly;
        config.script.clear();
        config.paging = {};
        if (config.mover.algorithm == MoverAlgorithm::None) {
            config.compaction.trigger = CompactionTrigger::None;
        }
        if (config.compaction.trigger == CompactionTrigger::None) {
            config.compaction.realign = Realign::Never;
        }
        for (ProcessSettings& process : config.processes) {
            process.pattern = coin() ? Pattern::Segments : Pattern::Checkerboard;
            process.segments.promote =
                process.segments.promote && placement == SegmentPlacement::Paged;
            process.accesses = 1 + rng_.below(1000);
            process.blocks.clear();
            process.cpus.resize(1);
        }
        makeMessages(config);
    }

    /// Messages and locks are about segments that are mapped in one piece.
    void makeMessages(RunConfig& config) {
        const SegmentPlacement placement = config.segments.heap.placement;
        if (config.segments.addresses == SegmentAddresses::Physical ||
            placement == SegmentPlacement::Paged || placement == SegmentPlacement::Split) {
            config.segments.heap.lockZone = ByteCount(0);
            for (ProcessSettings& process : config.processes) {
                process.segments.lockPercent = 0;
            }
            return;
        }
        ProcessSettings& first = config.processes.front();
        ProcessSettings& last = config.processes.back();
        if (&first != &last && first.pattern == Pattern::Segments &&
            last.pattern == Pattern::Segments) {
            first.segments.peer = last.name;
            first.segments.sendPercent = static_cast<std::uint32_t>(rng_.below(101));
            last.segments.stamps = first.segments.stamps;
        }
    }

    /// What is used must have been made by an earlier action.
    static void makeFirst(const RunConfig& config, ScriptAction& wanted) {
        const auto made = [&](Action by) {
            return std::any_of(config.script.begin(), config.script.end(),
                               [by](const ScriptAction& earlier) { return earlier.action == by; });
        };
        if (fieldsOf(wanted.action).shared && !made(Action::CreateShared)) {
            wanted.action = Action::CreateShared;
        }
        if (wanted.action == Action::Overrun && !made(Action::KernelObject)) {
            wanted.action = Action::KernelObject;
        }
    }

    /// No system calls: they need a machine without a mover.
    ScriptedAccess element() {
        ScriptedAccess made;
        made.verb = static_cast<Verb>(rng_.below(3));
        made.write = made.verb != Verb::Wait && coin();
        made.offset = made.verb == Verb::Touch ? pageBytes * rng_.below(1ULL << 30)
                                               : 8 * rng_.below(1ULL << 40);
        made.size = made.verb == Verb::Touch ? kib(4 * (1 + rng_.below(64))) : ByteCount(0);
        return made;
    }

    ScriptAction action(const RunConfig& config, std::uint64_t time) {
        ScriptAction made;
        made.atCycles = time;
        made.action = any<Action>();
        const bool starts = made.action == Action::StartMover && config.mover.startOnCommand;
        if (made.action == Action::KillMover || made.action == Action::StartMover) {
            if (config.mover.algorithm == MoverAlgorithm::None || !starts) {
                made.action = Action::Exit;
            }
        }
        if (made.action == Action::Share && config.processes.size() < 2) {
            made.action = Action::Exit;
        }
        const bool pages = made.action == Action::Allocate || made.action == Action::Release ||
                           made.action == Action::Attach || made.action == Action::Detach;
        if (pages && config.machine.translation == TranslationMode::Ranges) {
            made.action = Action::Exit;
        }
        makeFirst(config, made);
        const ActionFields used = fieldsOf(made.action);
        made.shared = used.shared ? "object" : "";
        made.process = used.process ? config.processes[0].name : std::string();
        made.other = used.other ? config.processes[1].name : std::string();
        made.size = used.size ? kib(4) : ByteCount(0);
        made.offset = ByteCount(0);
        if (made.action == Action::Violate) {
            made.offset = ByteCount(rng_.below(1ULL << 47));
        }
        return made;
    }

    Rng rng_;
};

} // namespace fragscope
