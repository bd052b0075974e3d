#include "fragscope/ui/model/tlb_marks.h"

#include "fragscope/hardware/cpu/register_name.h"
#include "fragscope/hardware/paging/tlb_event.h"
#include "fragscope/view/page_map_reader.h"

#include <QObject>

#include <algorithm>

namespace fragscope {

namespace {

std::uint32_t processOn(const ViewState& state, const CpuView& cpu) {
    for (const TaskView& task : state.tasks) {
        if (task.id == cpu.task) {
            return task.process;
        }
    }
    return 0;
}

/// What the tables say where they differ from a TLB entry; empty where they agree.
QString differenceToTables(const TableWalk& walk, const TlbEntryView& entry, std::uint64_t paddr) {
    if (!walk.mapped()) {
        return QObject::tr("not present");
    }
    if (walk.paddr.value != paddr) {
        return QObject::tr("frame %1").arg(frameOf(walk.paddr).value);
    }
    return entry.writable && !walk.writable ? QObject::tr("read-only") : QString();
}

QString differenceToMap(const Scene& scene, std::uint64_t vaddr, std::uint64_t paddr) {
    const std::optional<FrameNumber> frame = scene.frameAt(vaddr);
    if (!frame) {
        return QObject::tr("no access");
    }
    return *frame == frameOf(PhysAddr(paddr)) ? QString()
                                              : QObject::tr("frame %1").arg(frame->value);
}

} // namespace

TlbSlotMark
tlbMark(const Scene& scene, const TlbSlotView& slot, std::uint32_t process, std::uint64_t cr3) {
    TlbSlotMark mark;
    const TlbEntryView entry = decodeTlbEvent(slot.entry, slot.pageBytes, slot.pcid);
    if (!slot.used || entry.structureLevel != 0) {
        return mark;
    }
    mark.state = TlbSlotState::Fresh;
    mark.vaddr = slot.vaddr;
    mark.paddr = slot.paddr;
    const AddressSpace* owner = scene.process(process);
    const std::uint64_t tables = cr3 != 0 ? cr3 : owner == nullptr ? 0 : owner->process.cr3;
    if (tables != 0) {
        const PageMapReader memory(scene.moment().state.memory);
        mark.truth =
            differenceToTables(walkTables(memory, tables, VirtAddr(slot.vaddr)), entry, slot.paddr);
    } else if (process != 0 && process == scene.moment().focus) {
        mark.truth = differenceToMap(scene, slot.vaddr, slot.paddr);
    }
    if (!mark.truth.isEmpty()) {
        mark.state = TlbSlotState::Stale;
    }
    return mark;
}

std::vector<TlbMarks> tlbMarks(const Scene& scene) {
    const ViewState& state = scene.moment().state;
    std::vector<TlbMarks> all;
    for (std::size_t i = 0; i < state.cpus.size(); ++i) {
        const CpuView& cpu = state.cpus[i];
        TlbMarks marks;
        marks.cpu = static_cast<std::uint32_t>(i);
        const std::uint32_t process = processOn(state, cpu);
        const std::uint64_t cr3 = cpu.registers.at(static_cast<std::size_t>(RegisterName::Cr3));
        for (const TlbSlotView& slot : cpu.tlb) {
            marks.cells.push_back(tlbMark(scene, slot, process, cr3));
        }
        all.push_back(std::move(marks));
    }
    return all;
}

} // namespace fragscope
