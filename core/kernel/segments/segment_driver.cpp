#include "fragscope/kernel/segments/segment_driver.h"

#include "fragscope/base/check.h"

namespace fragscope {

void SegmentDriver::begin(const Transfer& transfer) {
    FRAGSCOPE_CHECK(transfer.process == transfer_.process, "claimed before");
    transfer_ = transfer;
    transfer_.begunAt = board_.scheduler.now();
    device_.program(transfer.place, transfer.length, ++transfers_);
    board_.events.emit({.kind = EventKind::TransferBegun,
                        .rule = transfer.locked != 0 ? Rule::LockedForDma : Rule::BufferNotLocked,
                        .object = transfer.process,
                        .vaddr = transfer.at.value,
                        .paddr = transfer.place.value,
                        .value = transfer.length.value,
                        .a = transfers_,
                        .b = transfer.locked != 0 ? 1ULL : 0ULL});
}

void SegmentDriver::burst() {
    const PhysAddr place = device_.next();
    const VirtAddr meant = transfer_.at + (place - transfer_.place);
    const ByteCount written = device_.burst();
    board_.events.emit({.kind = EventKind::DeviceWrote,
                        .rule = Rule::DeviceBurst,
                        .object = transfer_.process,
                        .vaddr = meant.value,
                        .paddr = place.value,
                        .value = written.value,
                        .a = device_.transfer(),
                        .b = device_.left().value});
}

void SegmentDriver::finish(Rule why) {
    board_.events.emit({.kind = EventKind::TransferDone,
                        .rule = why,
                        .object = transfer_.process,
                        .vaddr = transfer_.at.value,
                        .paddr = transfer_.place.value,
                        .value = transfer_.length.value - device_.left().value,
                        .a = device_.transfer(),
                        .b = board_.scheduler.now() - transfer_.begunAt});
    device_.stop();
    transfer_ = {};
}

bool SegmentDriver::stop(std::uint32_t process) {
    if (transfer_.process != process) {
        return false;
    }
    if (transfer_.length.value != 0) {
        finish(Rule::EndOfProcess);
    }
    giveUp();
    return true;
}

} // namespace fragscope
