#include "fragscope/kernel/kernel.h"

#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/segments/segment_memory.h"

#include <utility>

namespace fragscope {

Kernel::Kernel(const Board& board, const KernelSettings& settings)
    : board_(board), settings_(settings),
      segmentPlan_(planSegments(board.memory, settings.segments)),
      plan_(planKernel(segmentPlan_.managed,
                       settings.frames,
                       settings.paging,
                       segmentPlan_.enabled() ? segmentPlan_.shape.words() : 0)),
      memory_(board_, plan_, settings.kernelUsesTlb),
      frames_(board_, memory_, plan_, settings.frames), shootdowns_(board),
      paging_(std::make_unique<DemandPaging>(*this, settings.paging)),
      reportsUse_(settings.paging.replacement != PageReplacement::None &&
                  settings.paging.use == UseSource::EveryAccess) {
    if (segmentPlan_.enabled()) {
        segments_ = std::make_unique<SegmentMemory>(*this, segmentPlan_, settings.segments);
    }
}

Kernel::~Kernel() = default;

void Kernel::boot() {
    FRAGSCOPE_CHECK(plan_.books.value < segmentPlan_.managed.value, "memory too small to boot");
    encodeRoot(plan_.root, settings_.representation,
               [this](PhysAddr place, std::uint64_t word) { board_.memory.store(place, word); });
    for (const auto& [place, entry] : kernelTableEntries(plan_)) {
        board_.memory.store(place, entry);
    }
    for (Cpu& cpu : board_.cpus) {
        loadKernelTables(cpu);
    }
    if (!settings_.frames.stepBoot) {
        frames_.initialise();
    }
    paging_->boot();
    if (segments_) {
        segments_->format();
    }
}

/// Events say which CPU's register it is, whoever asks for it.
void Kernel::loadKernelTables(Cpu& cpu) {
    const std::uint8_t running = std::exchange(board_.events.context.cpu, cpu.id());
    board_.mmu.writeCr3(cpu, plan_.cr3());
    board_.events.context.cpu = running;
}

// ---- processes
// -----------------------------------------------------------------------------------------

PageCount Kernel::mapFrames() const {
    return segments_ ? pagesFor(ByteCount(settings_.segments.areas * mapEntryBytes)) : PageCount(1);
}

std::optional<FrameNumber> Kernel::takeMapFrames(std::uint32_t process) {
    if (mapFrames() == PageCount(1)) {
        return frames_.takeKernelFrame(FrameUse::Kernel, process);
    }
    const auto run = frames_.findRun(mapFrames(), FrameNumber(plan_.books.value));
    if (run) {
        frames_.take(*run, mapFrames(), FrameUse::Kernel, process, Rule::KernelOwn);
        board_.memory.fill(startOf(*run), bytesOf(mapFrames()), std::byte{0});
    }
    return run;
}

Process* Kernel::createProcess(const std::string& name, VirtAddr start) {
    const auto number = static_cast<std::uint32_t>(processes_.size() + 1);
    const auto mapFrame = number <= processSlots ? takeMapFrames(number) : std::nullopt;
    const auto rootFrame =
        mapFrame ? frames_.takeKernelFrame(FrameUse::PageTable, number) : std::nullopt;
    if (!rootFrame) {
        return nullptr;
    }
    board_.memory.store(entryAddress(startOf(*rootFrame), kernel_space::base, table_level::pml4),
                        plan_.topEntry());
    const PhysAddr entry = plan_.root.processTable + ByteCount((number - 1) * processEntryBytes);
    MemoryMap map(board_.events, board_.memory, number, *mapFrame, mapFrames(),
                  entry + ByteCount(process_field::entryCount), settings_.representation);
    PageTables tables(board_.events, board_.memory, frames_, number, *rootFrame, settings_.paging);
    processes_.push_back(std::make_unique<Process>(number, name, map, tables));
    Process& process = *processes_.back();
    process.entryPlace = entry;
    rangeSources_.push_back(std::make_unique<RangeSource>(board_.memory, process));
    threads_.push_back(0);
    writeProcessEntry(process);
    process.map.insert(0, {.start = start.value, .kind = EntryKind::Limit}, Rule::InitialState);
    board_.events.emit({.kind = EventKind::ProcessStarted,
                        .rule = Rule::InitialState,
                        .object = number,
                        .vaddr = start.value,
                        .value = process.tables.cr3()});
    return &process;
}

void Kernel::writeProcessEntry(const Process& process) {
    const auto word = [&](std::uint64_t field, std::uint64_t value) {
        board_.memory.store(process.entryPlace + ByteCount(field), value);
    };
    word(process_field::state, encodeProcessState(process.state, process.customHandler));
    word(process_field::cr3, process.tables.cr3());
    word(process_field::map, startOf(process.map.frame()).value);
    word(process_field::mapFrames, process.map.frames().value);
}

Process* Kernel::processNamed(const std::string& name) const {
    for (const auto& process : processes_) {
        if (process->name == name) {
            return process.get();
        }
    }
    return nullptr;
}

void Kernel::setCustomHandler(Process& process, bool installed) {
    process.customHandler = installed;
    writeProcessEntry(process);
    board_.events.emit({.kind = installed ? EventKind::HandlerInstalled : EventKind::HandlerReset,
                        .object = process.number});
}

void Kernel::end(Process& process, ProcessState state) {
    if (process.state != ProcessState::Running) {
        return;
    }
    process.state = state;
    writeProcessEntry(process);
    reapIfDead(process);
}

void Kernel::threadStarted(Process& process, std::uint32_t cpu) {
    process.cpus.push_back(cpu);
    ++threads_[process.number - 1];
}

void Kernel::threadEnded(Process& process) {
    if (const Task* task = board_.scheduler.running()) {
        board_.mmu.drainStores(board_.cpus[task->cpu]);
    }
    --threads_[process.number - 1];
    reapIfDead(process);
}

void Kernel::reapIfDead(Process& process) {
    const bool dead = process.state != ProcessState::Running && !process.reaped;
    if (!dead || process.move.active || process.mapLock != 0 || process.mappingsOpen != 0 ||
        threads_[process.number - 1] != 0) {
        return;
    }
    process.reaped = true;
    leaveAddressSpace(process);
    const std::uint64_t frames = releasePaged(process) + releaseFrames(process);
    process.tables.release(settings_.frames.tableRelease);
    frames_.give(process.map.frame(), process.map.frames(), Rule::EndOfProcess);
    board_.memory.store(process.entryPlace + ByteCount(process_field::entryCount), 0);
    board_.events.emit({.kind = EventKind::ProcessExited,
                        .rule = Rule::EndOfProcess,
                        .object = process.number,
                        .a = frames});
}

// ---- address space
// -------------------------------------------------------------------------------------

bool Kernel::mapPage(Process& process, PageNumber page, const Leaf& leaf, Rule why) {
    return settings_.translation == TranslationMode::Ranges || process.tables.map(page, leaf, why);
}

bool Kernel::mapExtent(Process& process, const Extent& extent, bool largePages) {
    const PageNumber first = pageOf(VirtAddr(extent.start));
    const FrameNumber frame = frameOf(PhysAddr(extent.paddr));
    const std::uint64_t pages = pagesFor(ByteCount(extent.length)).value;
    for (std::uint64_t i = 0; i < pages;) {
        const PageNumber page = first + PageCount(i);
        const FrameNumber target = frame + PageCount(i);
        const bool large = largePages && settings_.translation == TranslationMode::Paging &&
                           page.value % wordsPerPage == 0 && target.value % wordsPerPage == 0 &&
                           pages - i >= wordsPerPage;
        const bool mapped =
            large ? process.tables.mapLarge(page, target, extent.writable, Rule::InitialState)
                  : mapPage(process, page, {.frame = target, .writable = extent.writable},
                            Rule::InitialState);
        if (!mapped) {
            return false;
        }
        i += large ? wordsPerPage : 1;
    }
    return true;
}

bool Kernel::installIfAbsent(Process& process, VirtAddr address) {
    if (settings_.translation == TranslationMode::Ranges) {
        return false;
    }
    const auto extent = process.map.lookUp(address);
    const PageNumber page = pageOf(address);
    if (!extent || extent->kind != EntryKind::Block || Pte{process.tables.leaf(page)}.present()) {
        return false;
    }
    board_.scheduler.spend(board_.cost.kernelStore);
    const PhysAddr place(extent->paddr + (startOf(page).value - extent->start));
    return process.tables.map(page, {.frame = frameOf(place), .writable = extent->writable},
                              Rule::PteInstalled);
}

bool Kernel::attachAll(Process& target, const Process& source) {
    const std::size_t blocks = source.map.count() - 1;
    for (std::size_t i = 0; i < blocks; ++i) {
        MapEntry added = source.map.entry(i);
        const std::size_t limit = target.map.count() - 1;
        const Extent extent = source.map.extents().at(i);
        added.start = target.map.entry(limit).start;
        added.place = target.map.placeFor(added.start, extent.paddr);
        target.map.insert(limit, added, Rule::ScenarioSaysSo);
        target.map.patch(limit + 1, map_field::start, added.start + extent.length,
                         Rule::ScenarioSaysSo);
        Extent own = extent;
        own.start = added.start;
        if (!mapExtent(target, own, false)) {
            return false;
        }
        for (std::uint64_t page = 0; page < extent.length / pageBytes; ++page) {
            const PageNumber at = pageOf(VirtAddr(added.start)) + PageCount(page);
            const FrameNumber frame = frameOf(PhysAddr(extent.paddr)) + PageCount(page);
            if (!frames_.addOwner(frame, {target.number, at})) {
                return false;
            }
        }
    }
    return true;
}

// ---- scheduler hooks
// -----------------------------------------------------------------------------------

void Kernel::switchedTo(const Task& task) {
    Cpu& cpu = board_.cpus[task.cpu];
    board_.mmu.drainStores(cpu); // a switch comes with an interrupt or a wait
    loadStackPointer(task);
    if (task.process == 0 || cpu.process == task.process) {
        return; // kernel tasks use whatever address space is loaded
    }
    const Process& process = *processes_[task.process - 1];
    if (process.reaped) { // its tables are somebody else's frames by now
        cpu.process = 0;
        cpu.source = nullptr;
        loadKernelTables(cpu);
        return;
    }
    cpu.process = task.process;
    cpu.setPrivilege(Privilege::User);
    cpu.source = settings_.translation == TranslationMode::Ranges
                     ? rangeSources_[task.process - 1].get()
                     : nullptr;
    board_.mmu.writeCr3(cpu, process.tables.cr3());
}

void Kernel::loadStackPointer(const Task& task) {
    if (task.process == 0) {
        return; // the kernel's own stack is not in memory
    }
    for (const ThreadStack& stack : processes_[task.process - 1]->stacks) {
        if (stack.task == task.id) {
            board_.cpus[task.cpu].setStackPointer(stack.rsp);
        }
    }
}

void Kernel::interruptTaken(std::uint32_t cpu, std::uint64_t payload) {
    board_.mmu.drainStores(board_.cpus[cpu]); // entry of an interrupt
    shootdowns_.acknowledge(cpu, payload);
}

void Kernel::stepEnded(const Task& task) {
    observer_->stepEnded(task);
}

} // namespace fragscope
