#include "fragscope/defrag/invariants.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Where E and A begin, as the entries say; nothing if E is not in the map.
struct Edges {
    bool found = false;
    std::uint64_t e = 0;    ///< E.start
    std::uint64_t eEnd = 0; ///< start of the entry after E
    std::uint64_t aEnd = 0; ///< end of A
    std::uint64_t low = 0;  ///< start of what the move covers
};

Edges edgesOf(const Process& process) {
    const auto entries = process.map.entries();
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
        if (entries[i].kind != EntryKind::NoAccess) {
            continue;
        }
        const bool high = process.move.end == MoveEnd::High;
        const std::uint64_t aEnd =
            high && i + 2 < entries.size() ? entries[i + 2].start : entries[i].start;
        return {true, entries[i].start, entries[i + 1].start, aEnd, process.move.start};
    }
    return {};
}

} // namespace

KindSet InvariantChecker::kinds() {
    KindSet set;
    for (const EventKind kind : {EventKind::MoveBegun, EventKind::WaitBegun, EventKind::FramesFreed,
                                 EventKind::MoveDone}) {
        set.set(static_cast<std::size_t>(kind));
    }
    return set;
}

void InvariantChecker::report(const Process& process,
                              unsigned number,
                              Rule rule,
                              std::uint64_t vaddr) {
    if (process.move.blockStart != reportedBlock_) {
        reportedBlock_ = process.move.blockStart;
        reportedNumbers_ = 0;
    }
    if ((reportedNumbers_ >> number & 1U) != 0) {
        return;
    }
    reportedNumbers_ |= 1U << number;
    kernel_.board().events.emit({.kind = EventKind::InvariantBroken,
                                 .rule = rule,
                                 .object = process.number,
                                 .vaddr = vaddr,
                                 .value = number});
}

void InvariantChecker::stepEnded(const Task&) {
    for (const auto& process : kernel_.processes()) {
        if (process->move.active && process->move.usesE) {
            checkMap(*process);
            checkTranslations(*process);
        }
    }
}

void InvariantChecker::checkMap(const Process& process) {
    const MoveState& move = process.move;
    const Edges edges = edgesOf(process);
    if (edges.found) {
        const std::uint64_t width = edges.eEnd - edges.e;
        const bool inside = edges.e >= edges.low && edges.e <= edges.low + move.length &&
                            edges.eEnd <= edges.low + move.length;
        if (!inside || (width != 0 && width != move.blockLength)) {
            report(process, 1, Rule::MapOrder, edges.e);
        }
    }
    std::uint64_t covered = 0;
    std::uint64_t next = process.map.areaStart().value;
    bool tiled = true;
    for (const Extent& extent : process.map.extents()) {
        tiled = tiled && extent.start == next;
        next = extent.start + extent.length;
        covered += extent.length;
    }
    if (!tiled || covered != (process.map.areaEnd() - process.map.areaStart()).value) {
        report(process, 2, Rule::MapCoverage, next);
    }
}

void InvariantChecker::checkTranslations(const Process& process) {
    const MoveState& move = process.move;
    if (move.phase != MovePhase::Copying) {
        return;
    }
    const VirtAddr start(move.blockStart);
    const ByteCount length(move.blockLength);
    for (Cpu& cpu : kernel_.board().cpus) {
        if (cpu.process == process.number && cpu.tlb().mayReach(start, length)) {
            report(process, 4, Rule::NoTranslationInE, start.value);
        }
    }
    for (const VirtAddr address : process.inFlight) {
        if (address >= start && address < start + length) {
            report(process, 4, Rule::NoTranslationInE, address.value);
        }
    }
}

void InvariantChecker::onEvent(const Event& event) {
    switch (event.kind) {
    case EventKind::MoveBegun:
        return waits_.clear();
    case EventKind::WaitBegun:
        return checkWait(event);
    case EventKind::FramesFreed:
        return checkFreed(event);
    default:
        return checkTotals(event);
    }
}

void InvariantChecker::checkWait(const Event& event) {
    if (event.rule != Rule::InEntryE) {
        return;
    }
    const Wait wait{event.task, event.vaddr >> pageShift};
    if (std::find(waits_.begin(), waits_.end(), wait) != waits_.end()) {
        report(*kernel_.processes()[event.object - 1], 5, Rule::OneWait, event.vaddr);
    }
    waits_.push_back(wait);
}

void InvariantChecker::checkFreed(const Event& event) {
    if (event.object == 0 || event.object > kernel_.processes().size()) {
        return;
    }
    const Process& process = *kernel_.processes()[event.object - 1];
    if (!process.move.active) {
        return; // the end of a process: its threads are gone
    }
    const PhysAddr first(event.paddr);
    const ByteCount length = bytesOf(PageCount(event.a));
    for (Cpu& cpu : kernel_.board().cpus) {
        for (unsigned slot = 0; cpu.process == process.number && slot < cpu.tlb().slotCount();
             ++slot) {
            const TlbEntry* entry = cpu.tlb().entryAt(slot);
            if (entry != nullptr && entry->page.base >= first &&
                entry->page.base < first + length) {
                report(process, 6, Rule::OneOwner, entry->start(pageShift).value);
                return;
            }
        }
    }
}

void InvariantChecker::checkTotals(const Event& event) {
    const Process& process = *kernel_.processes()[event.object - 1];
    const MoveState& move = process.move;
    const bool whole = move.usesE || move.mapStores > 0;
    if (!whole || process.map.representation() != MapRepresentation::StartOnly ||
        move.bytesCopied != move.length || move.transfer == 0 || event.b == 0) {
        return;
    }
    const std::uint64_t blocks = (move.length + move.transfer - 1) / move.transfer;
    const bool entryE = event.b > 1;
    if (entryE && event.b != 2 * blocks) {
        report(process, 7, Rule::CopiedOnce, move.start);
    }
}

} // namespace fragscope
