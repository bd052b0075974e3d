#include "fragscope/kernel/growth.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Lock = 1, Entry, Tables, Shootdown, Wait, Frames };

constexpr std::array<std::string_view, 6> lines{
    "take the lock of the map, between two transfer blocks",
    "patch the map: the area ends earlier",
    "take the table entries of the freed part out",
    "make all CPUs drop their translations",
    "wait for every acknowledgement",
    "give the frames back",
};

constexpr std::array<std::string_view, 4> localNames{"size_bytes", "start", "frame", "page"};

struct Locals {
    std::uint64_t size;
    std::uint64_t start;
    std::uint64_t frame;
    std::uint64_t page;
};

Condition shrinkable(const Process& process, std::uint64_t size) {
    return conditionOf<&Process::lockableForShrink>(process, size);
}

void cutLastBlock(MemoryMap& map, std::uint64_t size) {
    const std::size_t limit = map.count() - 1;
    const MapEntry last = map.entry(limit - 1);
    const std::uint64_t end = map.entry(limit).start;
    map.patch(limit, map_field::start, end - size, Rule::ScenarioSaysSo);
    if (end - size == last.start && limit > 1 && last.kind == EntryKind::Block) {
        map.remove(limit - 1, Rule::ScenarioSaysSo);
    } else if (map.representation() == MapRepresentation::StartLength) {
        map.patch(limit - 1, map_field::length, last.length - size, Rule::ScenarioSaysSo);
    }
}

} // namespace

Steps shrinkArea(Kernel& kernel, Process& process, ByteCount size) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{shrinkListing()};
    const Board& board = kernel.board();
    co_yield Line::Lock;
    while (!process.lockableForShrink(size.value)) {
        process.shrinkWanted = size.value;
        co_await until(shrinkable(process, size.value));
        co_yield Line::Lock;
    }
    process.shrinkWanted = 0;
    if (process.state != ProcessState::Running) {
        co_return;
    }
    process.mapLock = self.id;
    const Extent last = process.map.extents().back();
    l.size = std::min(size.value, last.length);
    l.start = last.start + last.length - l.size;
    l.frame = frameOf(PhysAddr(last.paddr + last.length - l.size)).value;
    co_yield Line::Entry;
    cutLastBlock(process.map, l.size);
    const PageCount pages = pagesFor(ByteCount(l.size));
    for (l.page = 0; l.page < pages.value; ++l.page) {
        if (kernel.settings().translation == TranslationMode::Ranges) {
            break;
        }
        const PageNumber page = pageOf(VirtAddr(l.start)) + PageCount(l.page);
        co_yield Line::Tables;
        if (process.tables.splitLarge(page)) {
            co_yield Line::Tables;
        }
        process.tables.exchange(page, Rule::ScenarioSaysSo);
        board.scheduler.spend(board.cost.kernelStore);
    }
    co_yield Line::Shootdown;
    const std::uint64_t round =
        kernel.shootdowns().send(process, VirtAddr(l.start), pages, Rule::ShootBeforeCopy);
    co_await until(conditionOf<&Shootdowns::complete>(kernel.shootdowns(), round));
    co_yield Line::Wait;
    kernel.shootdowns().finished(round, Rule::AllAcked);
    co_yield Line::Frames;
    kernel.releaseRun(process, FrameNumber(l.frame), pages, pageOf(VirtAddr(l.start)),
                      Rule::ScenarioSaysSo);
    process.mapLock = 0;
    kernel.reapIfDead(process);
}

const Listing& shrinkListing() {
    static constexpr Listing listing{ListingId::Shrink, "shrink", "Memory given back", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
