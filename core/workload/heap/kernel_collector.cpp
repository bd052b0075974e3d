#include "fragscope/workload/heap/kernel_collector.h"

#include "fragscope/alloc/first_fit_layout.h"
#include "fragscope/alloc/free_area.h"
#include "fragscope/kernel/paging/area_calls.h"
#include "fragscope/workload/heap/process_arena.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { First = 1, Header, Take, End };

constexpr std::array<std::string_view, 4> lines{
    "the first word of the area: where the first block lies",
    "read the header: length, and is it used?",
    "free: its whole pages are allocate on demand again",
    "no length of a block, or the end of the area",
};

constexpr std::array<std::string_view, 4> localNames{"block", "length_bytes", "used", "words_read"};

struct Locals {
    std::uint64_t block;
    std::uint64_t length;
    std::uint64_t used;
    std::uint64_t wordsRead; ///< for this block
};

std::uint64_t readWord(Kernel& kernel, const Process& process, std::uint64_t at, Locals& l) {
    ++l.wordsRead;
    kernel.board().scheduler.spend(kernel.board().cost.kernelStep);
    return ProcessBytes(kernel, process).word(VirtAddr(at));
}

void announce(
    const Kernel& kernel, const Process& process, Rule verdict, PageCount pages, Locals& l) {
    kernel.board().events.emit({.kind = EventKind::CollectorLooked,
                                .rule = verdict,
                                .object = process.number,
                                .vaddr = l.block,
                                .value = l.length,
                                .a = pages.value,
                                .b = l.wordsRead});
    l.wordsRead = 0;
}

} // namespace

Steps collectHeap(Kernel& kernel, Process& process) {
    auto& l = co_await Follow<Locals>{kernelCollectorListing()};
    const VirtAddr end = process.map.areaEnd();
    co_yield Line::First;
    l.block = readWord(kernel, process, process.map.areaStart().value, l);
    while (l.block >= process.map.areaStart().value && l.block < end.value) {
        co_yield Line::Header;
        const std::uint64_t header = readWord(kernel, process, l.block, l);
        l.length = first_fit_layout::lengthOf(header);
        l.used = first_fit_layout::isUsed(header) ? 1 : 0;
        if (l.length < first_fit_layout::leastBlock || l.length > end.value - l.block) {
            break;
        }
        const PageRun run = wholePages({VirtAddr(l.block + first_fit_layout::headerBytes),
                                        ByteCount(l.length - first_fit_layout::headerBytes)});
        const bool takes = l.used == 0 && run.pages.value != 0;
        announce(kernel, process, l.used != 0 ? Rule::TakenForUsed : Rule::TakenForFree,
                 takes ? run.pages : PageCount(0), l);
        if (takes) {
            co_yield Line::Take;
            co_await giveBackPages(kernel, process, run.first, run.pages, GiveBackMode::Convert);
        }
        l.block += l.length;
    }
    co_yield Line::End;
    l.length = 0;
    announce(kernel, process, Rule::CollectorStops, PageCount(0), l);
}

const Listing& kernelCollectorListing() {
    static constexpr Listing listing{ListingId::KernelCollector, "kernel-collector",
                                     "Deliberate mistake: a collector of the kernel", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
