#include "fragscope/machine/machine.h"

#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/machine/parts.h"
#include "fragscope/machine/setup.h"
#include "fragscope/workload/pattern.h"

#include <algorithm>

namespace fragscope {

namespace {

/// The pages of all accesses, for OPT; the validation has seen to it that one thread makes them.
std::vector<replacement::Reference> futureOf(const RunConfig& config) {
    std::vector<replacement::Reference> future;
    if (config.paging.replacement != PageReplacement::Opt) {
        return future;
    }
    for (const ProcessSettings& process : config.processes) {
        for (const ScriptedAccess& element : expanded(process.script)) {
            if (element.verb == Verb::Access) {
                future.push_back({pageOf(VirtAddr(element.offset)), element.write
                                                                        ? replacement::Use::Write
                                                                        : replacement::Use::Read});
            }
        }
    }
    return future;
}

KernelSettings kernelSettings(const RunConfig& config) {
    return {.translation = config.machine.translation,
            .representation = config.machine.mapRepresentation,
            .handler = config.mover.handler,
            .wait = config.mover.wait,
            .waitInterrupts = config.mover.waitInterrupts,
            .systemCall = config.mover.systemCall,
            .frames = config.frames,
            .kernelUsesTlb = config.machine.kernelUsesTlb,
            .paging = config.paging,
            .segments = config.segments,
            .future = futureOf(config)};
}

std::vector<Cpu> makeCpus(EventBus& events, const MachineSettings& settings, std::uint64_t seed) {
    CpuConfig config;
    config.tlb.first = {settings.tlbSets, settings.tlbWays, settings.tlbReplacement};
    config.tlb.second = {settings.tlb2Sets, settings.tlb2Ways, settings.tlbReplacement};
    config.tlb.pml4Entries = settings.structureCache;
    config.tlb.pdptEntries = settings.structureCache;
    config.tlb.pdEntries = settings.structureCache;
    config.tlb.seed = seed;
    config.storeBufferEntries = settings.storeBuffer;
    std::vector<Cpu> cpus;
    for (std::uint32_t i = 0; i < settings.cpus; ++i) {
        cpus.emplace_back(events, static_cast<std::uint8_t>(i), config);
    }
    return cpus;
}

/// Watches the bus for a stop condition, and for a fault or a panic of the kernel, which end the
/// run.
class StopWatch : public EventSink {
public:
    StopWatch(EventBus& events, StopCondition* condition, bool& reached, bool& panicked)
        : events_(events), condition_(condition), reached_(reached), panicked_(panicked) {
        KindSet kinds;
        kinds.set(static_cast<std::size_t>(EventKind::KernelFault));
        kinds.set(static_cast<std::size_t>(EventKind::KernelPanic));
        events_.attach(*this, condition_ != nullptr ? kindsOf(RecordLevel::Full) : kinds);
    }

    ~StopWatch() override { events_.detach(*this); }

    StopWatch(const StopWatch&) = delete;
    StopWatch& operator=(const StopWatch&) = delete;

    void onEvent(const Event& event) override {
        const bool asked = condition_ != nullptr && condition_->reached(event);
        panicked_ = panicked_ || event.kind == EventKind::KernelPanic;
        reached_ = reached_ || asked || event.kind == EventKind::KernelFault || panicked_;
    }

private:
    EventBus& events_;
    StopCondition* condition_;
    bool& reached_;
    bool& panicked_;
};

} // namespace

Machine::Parts::Parts(const RunConfig& runConfig, EventBus& bus)
    : config(runConfig), events(bus), choices(config.seed),
      memory(bus, config.machine.memory, config.machine.holes), mmu(bus, memory),
      cpus(makeCpus(bus, config.machine, config.seed)),
      scheduler(bus, config.machine.cost, config.machine.cpus, choices),
      kernel({bus, memory, mmu, cpus, scheduler, config.machine.cost}, kernelSettings(config)),
      coalescer(bus, kernel), moverControl{kernel, config.mover}, shadow(kernel),
      invariants(kernel), frameChecker(kernel), checks({&invariants, &frameChecker}) {
    scheduler.setHooks(&kernel);
    scheduler.setPolicy(config.machine.schedule, config.machine.quantumCycles);
    events.attach(hash, EventHash::kinds());
    if (config.check) {
        events.attach(shadow, Shadow::kinds());
        events.attach(invariants, InvariantChecker::kinds());
        events.attach(frameChecker, FrameChecker::kinds());
        kernel.setObserver(&checks);
    }
}

Machine::Parts::~Parts() {
    events.detach(hash);
    events.detach(shadow);
    events.detach(invariants);
    events.detach(frameChecker);
}

Machine::Machine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Machine::~Machine() = default;

Expected<std::unique_ptr<Machine>> Machine::create(const RunConfig& config, EventBus& events) {
    auto parts = std::make_unique<Parts>(config, events);
    if (auto ready = setUp(*parts); !ready) {
        return ready.error();
    }
    return std::unique_ptr<Machine>(new Machine(std::move(parts)));
}

AdvanceEnd Machine::advance(StopCondition* stop, std::uint64_t maxSteps) {
    Parts& parts = *parts_;
    if (parts.ended) {
        return AdvanceEnd::Finished;
    }
    bool reached = false;
    const StopWatch watch(parts.events, stop, reached, parts.panicked);
    const std::uint64_t limit = parts.config.maxSteps;
    const std::uint64_t allowed =
        limit == 0 ? ~0ULL : limit - std::min(limit, parts.scheduler.steps());
    AdvanceEnd result = parts.scheduler.run(reached, std::min(maxSteps, allowed));
    parts.coalescer.publish();
    if (parts.kernel.memory().faulted()) {
        end(Rule::KernelLost);
        result = AdvanceEnd::Finished;
    } else if (parts.panicked) {
        end(Rule::KernelPanicked);
        result = AdvanceEnd::Finished;
    } else if (result == AdvanceEnd::Finished) {
        end(parts.scheduler.deadlocked() ? Rule::Deadlock : Rule::AllDone);
    } else if (result == AdvanceEnd::BudgetSpent && limit != 0 &&
               parts.scheduler.steps() >= limit) {
        end(Rule::LimitSteps);
        result = AdvanceEnd::Finished;
    }
    return result;
}

void Machine::end(Rule why) {
    Parts& parts = *parts_;
    parts.ended = true;
    parts.endRule = why;
    parts.events.context = {.timeCycles = timeCycles()};
    if (parts.config.check) {
        parts.shadow.compareAll();
        parts.frameChecker.check();
    }
    parts.events.emit({.kind = EventKind::RunEnded, .rule = why, .value = parts.scheduler.steps()});
}

std::uint64_t Machine::steps() const {
    return parts_->scheduler.steps();
}

std::uint64_t Machine::timeCycles() const {
    std::uint64_t latest = 0;
    for (std::uint32_t cpu = 0; cpu < parts_->cpus.size(); ++cpu) {
        latest = std::max(latest, parts_->scheduler.clock(cpu));
    }
    return latest;
}

std::uint64_t Machine::stateHash() const {
    ChainHash hash;
    const PhysicalMemory& memory = parts_->memory;
    for (FrameNumber frame{0}; frame.value < memory.frameCount().value; ++frame) {
        const PageRef page = memory.page(frame);
        if (!page.empty()) {
            hash.add(&frame.value, sizeof frame.value);
            hash.add(page.bytes(), pageBytes);
        }
    }
    const SwapSpace& swap = parts_->kernel.paging().swap();
    for (std::uint64_t slot = 0; slot < swap.slotCount(); ++slot) {
        if (swap.references(slot) != 0 && !swap.read(slot).empty()) {
            hash.add(&slot, sizeof slot);
            hash.add(swap.read(slot).bytes(), pageBytes);
        }
    }
    std::vector<std::uint64_t> words;
    parts_->scheduler.appendState(words);
    for (const Cpu& cpu : parts_->cpus) {
        words.push_back(cpu.registers().cr3);
        words.push_back(cpu.cr2().value);
    }
    hash.add(words.data(), words.size() * sizeof(std::uint64_t));
    return hash.value();
}

std::uint64_t Machine::eventHash() const {
    return parts_->hash.value();
}

std::uint64_t Machine::eventCount() const {
    return parts_->hash.events();
}

Rule Machine::endRule() const {
    return parts_->endRule;
}

const RunConfig& Machine::config() const {
    return parts_->config;
}

std::uint32_t Machine::tlbSlots() const {
    return parts_->cpus.front().tlb().slotCount();
}

const std::vector<std::uint64_t>& Machine::choices() const {
    return parts_->choices.made();
}

} // namespace fragscope
