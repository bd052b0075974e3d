#pragma once

#include "fragscope/kernel/board.h"
#include "fragscope/kernel/frames/shared_object.h"
#include "fragscope/kernel/memory_access.h"
#include "fragscope/kernel/range_source.h"
#include "fragscope/kernel/segments/segment_plan.h"
#include "fragscope/kernel/settings.h"
#include "fragscope/kernel/shootdown.h"

#include <memory>

namespace fragscope {

/// What the map says of a faulting access.
enum class FaultVerdict : std::uint8_t {
    Mapped,    ///< legal: the map leads to a frame and allows it
    InE,       ///< in entry E, and the custom handler is installed
    NoHandler, ///< in entry E, but the custom handler is not installed
    Forbidden, ///< mapped, but not for this kind of access
    NotMapped,
};

class DemandPaging;
class SegmentMemory;

/// Called after each micro-step while checking is on.
class StepObserver {
public:
    virtual ~StepObserver() = default;
    virtual void stepEnded(const Task& task) = 0;
};

/// The kernel's books and primitive actions. Algorithms that take several steps (handler, growth,
/// movers) are coroutines in their own files and call these.
class Kernel : public SchedulerHooks {
public:
    static constexpr std::uint32_t processSlots = pageBytes / processEntryBytes;

    Kernel(const Board& board, const KernelSettings& settings);
    ~Kernel() override;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    /// Lays out root block, process table, frame table and the page tables that lead to them, and
    /// loads these on every CPU; to be called once, before anything else. With `frames.step_boot`
    /// the frame table is left to initialiseFrames (frames/frame_steps.h).
    void boot();

    [[nodiscard]] const Board& board() const { return board_; }

    [[nodiscard]] const KernelSettings& settings() const { return settings_; }

    [[nodiscard]] FrameTable& frames() { return frames_; }

    /// The kernel's way to its books.
    [[nodiscard]] KernelMemory& memory() { return memory_; }

    [[nodiscard]] const KernelMemory& memory() const { return memory_; }

    [[nodiscard]] const KernelPlan& plan() const { return plan_; }

    /// Frames that the frame table has; those above belong to the segment heap.
    [[nodiscard]] PageCount managedFrames() const { return segmentPlan_.managed; }

    [[nodiscard]] Shootdowns& shootdowns() { return shootdowns_; }

    [[nodiscard]] std::vector<std::unique_ptr<Process>>& processes() { return processes_; }

    [[nodiscard]] const std::vector<std::unique_ptr<Process>>& processes() const {
        return processes_;
    }

    /// Areas whose pages get frames by faults.
    [[nodiscard]] DemandPaging& paging() { return *paging_; }

    [[nodiscard]] const DemandPaging& paging() const { return *paging_; }

    /// The segment heap and the areas that its segments are mapped at; nullptr without segments.
    [[nodiscard]] SegmentMemory* segments() { return segments_.get(); }

    [[nodiscard]] const SegmentMemory* segments() const { return segments_.get(); }

    void setObserver(StepObserver* observer) { observer_ = observer; }

    // ---- processes ----
    /// A process with an empty area at `start`. Nothing if no slot or no frame is left.
    Process* createProcess(const std::string& name, VirtAddr start);

    /// nullptr if there is none.
    [[nodiscard]] Process* processNamed(const std::string& name) const;
    void setCustomHandler(Process& process, bool installed);
    void end(Process& process, ProcessState state);
    void threadStarted(Process& process, std::uint32_t cpu);
    void threadEnded(Process& process);

    /// Gives back everything of a process that has ended, once no thread, no mover and nobody who
    /// changes its map uses it.
    void reapIfDead(Process& process);

    /// A process no longer maps these frames (from `page` on): frees them, or takes it out of the
    /// owners of those that others map.
    void releaseRun(
        const Process& leaving, FrameNumber first, PageCount count, PageNumber page, Rule why);

    /// One mapping of a frame is gone; the last one frees it, unless a shared object holds it.
    void dropMapping(FrameNumber frame, const FrameOwner& owner, Rule why);

    /// Notes the pages at which a process maps its frames anew where a move has changed them.
    void renoteOwners(const Process& process);

    // ---- shared objects ----
    SharedObject& addSharedObject(std::string name);

    /// The latest object of this name, or nullptr.
    [[nodiscard]] SharedObject* sharedObject(const std::string& name);

    /// The objects that the process has attached, in the order of their making.
    [[nodiscard]] std::vector<SharedObject*> attachedBy(std::uint32_t process) const;

    /// The object that the process has attached around the page, or nullptr.
    [[nodiscard]] const SharedObject* attachedAt(std::uint32_t process, PageNumber page) const;

    /// True if a shared object that still has its name keeps the frame.
    [[nodiscard]] bool isHeldByName(FrameNumber frame) const;

    /// End of the object that was made last in the kernel heap (frames/page_actions.h).
    VirtAddr lastObjectEnd;

    // ---- address space ----
    /// Writes the leaf of a page if the translation uses page tables. False if memory is full.
    [[nodiscard]] bool mapPage(Process& process, PageNumber page, const Leaf& leaf, Rule why);

    /// Maps a block of an extent in one go, with 2 MiB mappings where they fit and are asked for.
    [[nodiscard]] bool mapExtent(Process& process, const Extent& extent, bool largePages);

    /// Installs the leaf of a mapped page whose entry is absent; false if nothing was to do.
    bool installIfAbsent(Process& process, VirtAddr address);

    /// Attaches all blocks of `source` at the start of `target`'s empty area: same frames, both
    /// maps. Simplified: one step.
    [[nodiscard]] bool attachAll(Process& target, const Process& source);

    // ---- accesses and faults ----
    /// One try; true if it is done or the process has ended. Spends its cycles.
    [[nodiscard]] bool tryAccess(Task& task, AccessRequest& request, bool translateOnly);

    /// Second half of a split access: load or store at the translated place, whatever the map says
    /// by now.
    void performSecondHalf(Task& task, AccessRequest& request);

    /// Delivers the fault; returns the time.
    std::uint64_t enterFault(const AccessRequest& request);
    [[nodiscard]] FaultVerdict judge(const AccessRequest& request) const;
    void beginWait(Task& self, AccessRequest& request, Rule why);
    void leaveFault(const AccessRequest& request,
                    std::uint64_t enteredAt,
                    std::uint64_t memoryReferences = 0);
    void violate(AccessRequest& request, FaultVerdict verdict);

    /// Ends a running process; `request` is the access that was its last, if it was one.
    void kill(Process& process, Rule why, const AccessRequest* request);

    // ---- scheduler hooks ----
    void switchedTo(const Task& task) override;
    void interruptTaken(std::uint32_t cpu, std::uint64_t payload) override;
    void stepEnded(const Task& task) override;

    [[nodiscard]] bool wantsStepEnds() const override { return observer_ != nullptr; }

private:
    void writeProcessEntry(const Process& process);
    void loadKernelTables(Cpu& cpu);
    void loadStackPointer(const Task& task);
    void leaveAddressSpace(const Process& process);
    [[nodiscard]] PageCount mapFrames() const;
    [[nodiscard]] std::optional<FrameNumber> takeMapFrames(std::uint32_t process);
    std::uint64_t releaseFrames(Process& process);
    std::uint64_t releasePaged(Process& process);
    void removeFromOwners(const Process& leaving, FrameNumber frame, PageNumber page);
    void finishWait(const AccessRequest& request);
    void perform(const Task& task, AccessRequest& request);

    Board board_;
    KernelSettings settings_;
    SegmentPlan segmentPlan_;
    KernelPlan plan_;
    KernelMemory memory_;
    FrameTable frames_;
    Shootdowns shootdowns_;
    std::vector<std::unique_ptr<Process>> processes_;
    std::vector<std::unique_ptr<RangeSource>> rangeSources_; ///< by process number - 1
    std::vector<std::uint32_t> threads_;                     ///< live, by process number - 1
    std::vector<std::unique_ptr<SharedObject>> sharedObjects_;
    std::unique_ptr<DemandPaging> paging_;
    std::unique_ptr<SegmentMemory> segments_; ///< nullptr if settings say so
    bool reportsUse_ = false;                 ///< every access is told to paging_
    StepObserver* observer_ = nullptr;
};

} // namespace fragscope
