#include "fragscope/kernel/kernel.h"

#include "fragscope/base/check.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/demand_paging.h"

namespace fragscope {

namespace {

constexpr FrameNumber processTableFrame{2};
constexpr FrameNumber frameTableFrame{3};
constexpr std::uint64_t zoneGranule = 64; ///< frames

PageCount frameTablePages(PageCount frames) {
    return pagesFor(ByteCount(frames.value * frameEntryBytes));
}

/// Frames below this are for the kernel: its books and, as long as they last, page tables.
FrameNumber kernelZoneEnd(PageCount frames) {
    const std::uint64_t books = frameTableFrame.value + frameTablePages(frames).value;
    const std::uint64_t tables = 32 + frames.value / 256;
    return FrameNumber((books + tables + zoneGranule - 1) / zoneGranule * zoneGranule);
}

KernelRoot rootFor(PageCount frames) {
    return {.magic = KernelRoot::magicValue,
            .frameCount = frames.value,
            .frameTable = startOf(frameTableFrame),
            .processTable = startOf(processTableFrame),
            .processSlots = Kernel::processSlots};
}

} // namespace

Kernel::Kernel(const Board& board, const KernelSettings& settings)
    : board_(board), settings_(settings), root_(rootFor(board.memory.frameCount())),
      frames_(
          board.events, board.memory, root_.frameTable, kernelZoneEnd(board.memory.frameCount())),
      shootdowns_(board), paging_(std::make_unique<DemandPaging>(*this, settings.paging)),
      reportsUse_(settings.paging.replacement != PageReplacement::None &&
                  settings.paging.use == UseSource::EveryAccess) {}

Kernel::~Kernel() = default;

void Kernel::boot() {
    const PageCount books = frameTablePages(board_.memory.frameCount()) + PageCount(3);
    FRAGSCOPE_CHECK(books.value < board_.memory.frameCount().value, "memory too small to boot");
    encodeRoot(root_, settings_.representation,
               [this](PhysAddr place, std::uint64_t word) { board_.memory.store(place, word); });
    frames_.initialise();
    frames_.take(FrameNumber(0), books, FrameUse::Kernel, 0, Rule::KernelOwn);
}

// ---- processes
// -----------------------------------------------------------------------------------------

Process* Kernel::createProcess(const std::string& name, VirtAddr start) {
    const auto number = static_cast<std::uint32_t>(processes_.size() + 1);
    const auto mapFrame =
        number <= processSlots ? frames_.takeKernelFrame(FrameUse::Kernel, number) : std::nullopt;
    const auto rootFrame =
        mapFrame ? frames_.takeKernelFrame(FrameUse::PageTable, number) : std::nullopt;
    if (!rootFrame) {
        return nullptr;
    }
    const PhysAddr entry = root_.processTable + ByteCount((number - 1) * processEntryBytes);
    MemoryMap map(board_.events, board_.memory, number, *mapFrame,
                  entry + ByteCount(process_field::entryCount), settings_.representation);
    PageTables tables(board_.events, board_.memory, frames_, number, *rootFrame);
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
    if (!dead || process.move.active || process.mapLock != 0 || threads_[process.number - 1] != 0) {
        return;
    }
    process.reaped = true;
    const std::uint64_t frames = releaseFrames(process);
    process.tables.release();
    frames_.give(process.map.frame(), PageCount(1), Rule::EndOfProcess);
    board_.memory.store(process.entryPlace + ByteCount(process_field::entryCount), 0);
    board_.events.emit({.kind = EventKind::ProcessExited,
                        .rule = Rule::EndOfProcess,
                        .object = process.number,
                        .a = frames});
}

std::uint64_t Kernel::releaseFrames(Process& process) {
    std::uint64_t released = 0;
    for (const Extent& extent : process.map.extents()) {
        if (extent.kind == EntryKind::Demand) {
            released += paging_->releaseArea(process, extent);
        }
        if (extent.kind != EntryKind::Block) {
            continue;
        }
        const PageCount pages = pagesFor(ByteCount(extent.length));
        releaseRun(process, frameOf(PhysAddr(extent.paddr)), pages, Rule::EndOfProcess);
        released += pages.value;
    }
    while (process.map.count() > 0) {
        process.map.remove(process.map.count() - 1, Rule::EndOfProcess);
    }
    return released;
}

void Kernel::releaseRun(const Process& leaving, FrameNumber first, PageCount count, Rule why) {
    std::uint64_t done = 0;
    while (done < count.value) {
        // Frames that another process still maps stay; the others go in runs as long as possible.
        std::uint64_t run = 0;
        while (done + run < count.value &&
               frames_.info(first + PageCount(done + run)).references <= 1) {
            ++run;
        }
        if (run > 0) {
            frames_.give(first + PageCount(done), PageCount(run), why);
            done += run;
        } else {
            leaveFrame(leaving, first + PageCount(done));
            ++done;
        }
    }
}

void Kernel::leaveFrame(const Process& leaving, FrameNumber frame) {
    frames_.addReference(frame, -1);
    if (frames_.info(frame).owner != leaving.number) {
        return;
    }
    for (const auto& process : processes_) {
        if (process.get() != &leaving && !process->reaped && process->map.leadsTo(frame)) {
            frames_.setOwner(frame, process->number);
            return;
        }
    }
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
            frames_.addReference(frameOf(PhysAddr(extent.paddr)) + PageCount(page), 1);
        }
    }
    return true;
}

// ---- scheduler hooks
// -----------------------------------------------------------------------------------

void Kernel::switchedTo(const Task& task) {
    Cpu& cpu = board_.cpus[task.cpu];
    board_.mmu.drainStores(cpu); // a switch comes with an interrupt or a wait
    if (task.process == 0 || cpu.process == task.process) {
        return; // kernel tasks use whatever address space is loaded
    }
    const Process& process = *processes_[task.process - 1];
    cpu.process = task.process;
    cpu.setPrivilege(Privilege::User);
    cpu.source = settings_.translation == TranslationMode::Ranges
                     ? rangeSources_[task.process - 1].get()
                     : nullptr;
    board_.mmu.writeCr3(cpu, process.tables.cr3());
}

void Kernel::interruptTaken(std::uint32_t cpu, std::uint64_t payload) {
    board_.mmu.drainStores(board_.cpus[cpu]); // entry of an interrupt
    shootdowns_.acknowledge(cpu, payload);
}

void Kernel::stepEnded(const Task& task) {
    observer_->stepEnded(task);
}

} // namespace fragscope
