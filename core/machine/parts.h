#pragma once

#include "fragscope/defrag/compaction/background.h"
#include "fragscope/defrag/compaction/carrier.h"
#include "fragscope/defrag/compaction/realign.h"
#include "fragscope/defrag/compaction/slide.h"
#include "fragscope/defrag/invariants.h"
#include "fragscope/defrag/mover_loop.h"
#include "fragscope/event/event_hash.h"
#include "fragscope/kernel/frames/frame_checker.h"
#include "fragscope/kernel/paging/mark_sweeper.h"
#include "fragscope/machine/coalescer.h"
#include "fragscope/machine/config.h"
#include "fragscope/machine/machine.h"
#include "fragscope/workload/checkerboard_program.h"
#include "fragscope/workload/heap/heap_trace.h"
#include "fragscope/workload/heap/process_heap.h"
#include "fragscope/workload/segment_program.h"
#include "fragscope/workload/segment_script.h"
#include "fragscope/workload/shadow.h"
#include "fragscope/workload/trace_replay.h"

#include <algorithm>
#include <list>
#include <optional>

namespace fragscope {

/// Several observers as one.
class StepChecks : public StepObserver {
public:
    explicit StepChecks(std::vector<StepObserver*> all) : all_(std::move(all)) {}

    void stepEnded(const Task& task) override {
        for (StepObserver* observer : all_) {
            observer->stepEnded(task);
        }
    }

private:
    std::vector<StepObserver*> all_;
};

/// Everything that a machine is made of, in the order in which the parts need each other.
struct Machine::Parts {
    Parts(const RunConfig& runConfig, EventBus& bus);
    ~Parts();

    /// When applications without an own end may stop: nothing is scripted any more and the mover is
    /// idle.
    [[nodiscard]] bool enough(std::uint64_t) const {
        return pendingActions == 0 && moverControl.nothingToDo(0);
    }

    /// No program with a heap runs any more.
    [[nodiscard]] bool programsOver(std::uint64_t) const {
        return std::all_of(heaps.begin(), heaps.end(),
                           [](const ProcessHeap& heap) { return heap.over(); });
    }

    RunConfig config;
    EventBus& events;
    EventHash hash;
    Choices choices;
    PhysicalMemory memory;
    Mmu mmu;
    std::vector<Cpu> cpus;
    Scheduler scheduler;
    Kernel kernel;
    Coalescer coalescer;
    MoverControl moverControl;
    std::unique_ptr<Mover> mover;
    Task* moverTask = nullptr;
    std::optional<SegmentCarrier> carrier; ///< of segments
    std::optional<Slide> compaction;
    std::optional<BackgroundCompaction> background;
    std::optional<Realigner> realigner;
    Shadow shadow;
    InvariantChecker invariants;
    FrameChecker frameChecker;
    StepChecks checks;
    std::list<ProcessHeap> heaps; ///< of the processes that have one
    std::optional<MarkSweeper> sweeper;
    std::list<ApplicationThread> threads;
    std::list<TraceReplay> replays;
    std::list<HeapTrace> heapTraces;
    std::list<SegmentProgram> segmentPrograms;
    std::list<CheckerboardProgram> checkerboards;
    std::list<SegmentScript> segmentScripts;
    std::uint64_t pendingActions = 0; ///< of the script, exits included
    bool panicked = false;            ///< the kernel stopped the machine
    bool ended = false;
    Rule endRule = Rule::None;
};

} // namespace fragscope
