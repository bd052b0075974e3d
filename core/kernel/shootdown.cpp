#include "fragscope/kernel/shootdown.h"

namespace fragscope {

std::uint64_t Shootdowns::dropRange(std::uint32_t cpu, VirtAddr first, PageCount pages) {
    for (std::uint64_t i = 0; i < pages.value; ++i) {
        board_.mmu.invalidatePage(board_.cpus[cpu], first + bytesOf(PageCount(i)));
    }
    board_.scheduler.spend(board_.cost.invalidatePage * pages.value);
    return pages.value;
}

std::uint64_t Shootdowns::send(const Process& process, VirtAddr first, PageCount pages, Rule why) {
    Round round{.process = process.number,
                .first = first,
                .pages = pages,
                .sentAt = board_.scheduler.now()};
    const std::uint64_t id = rounds_.size() + 1;
    const std::uint32_t self = board_.scheduler.running()->cpu;
    for (std::uint32_t cpu = 0; cpu < board_.cpus.size(); ++cpu) {
        if (board_.cpus[cpu].process != process.number) {
            continue; // its CR3 is another one: loading ours will drop everything
        }
        if (cpu == self) {
            dropRange(cpu, first, pages);
            continue;
        }
        board_.scheduler.spend(board_.cost.interruptSend);
        board_.scheduler.sendInterrupt(cpu, id);
        ++round.outstanding;
    }
    rounds_.push_back(round);
    board_.events.emit({.kind = EventKind::ShootdownSent,
                        .rule = round.outstanding == 0 ? Rule::NobodyToAsk : why,
                        .object = process.number,
                        .vaddr = first.value,
                        .value = round.outstanding,
                        .a = pages.value,
                        .b = id});
    return id;
}

bool Shootdowns::complete(std::uint64_t id) const {
    return rounds_[id - 1].outstanding == 0;
}

void Shootdowns::finished(std::uint64_t id, Rule why) {
    const Round& round = rounds_[id - 1];
    board_.events.emit({.kind = EventKind::ShootdownDone,
                        .rule = why,
                        .object = round.process,
                        .vaddr = round.first.value,
                        .value = board_.scheduler.now() - round.sentAt,
                        .a = id});
}

void Shootdowns::acknowledge(std::uint32_t cpu, std::uint64_t id) {
    Round& round = rounds_[id - 1];
    board_.scheduler.spend(board_.cost.interruptHandle);
    const std::uint64_t dropped = dropRange(cpu, round.first, round.pages);
    --round.outstanding;
    board_.events.emit({.kind = EventKind::ShootdownAcked,
                        .rule = Rule::AckAtBoundary,
                        .object = round.process,
                        .vaddr = round.first.value,
                        .value = id,
                        .a = round.pages.value,
                        .b = dropped});
}

} // namespace fragscope
