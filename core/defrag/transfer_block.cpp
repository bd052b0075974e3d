#include "fragscope/defrag/transfer_block.h"

#include "fragscope/base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace fragscope {

namespace {

/// Waited for whatever the size of the block.
std::uint64_t fixedCycles(const CostModel& cost, std::uint32_t cpus) {
    const std::uint64_t others = cpus > 0 ? cpus - 1 : 0;
    const std::uint64_t shootdown =
        others == 0 ? 0
                    : others * cost.interruptSend + cost.interruptLatency + cost.interruptHandle;
    const std::uint64_t fault = cost.faultEntry + cost.wakeUp + cost.faultExit;
    return 2 * cost.kernelStore + shootdown + fault + 2 * cost.kernelStep;
}

std::uint64_t cyclesPerPage(const CostModel& cost) {
    return cost.copyPage + 2 * cost.kernelStore + 2 * cost.invalidatePage;
}

} // namespace

AutoTransferBlock
autoTransferBlock(const CostModel& cost, std::uint32_t cpus, std::uint64_t waitLimitCycles) {
    const std::uint64_t fixed = fixedCycles(cost, cpus);
    const std::uint64_t perPage = std::max<std::uint64_t>(cyclesPerPage(cost), 1);
    constexpr std::uint64_t mostPages = gib(16).value / pageBytes;
    const std::uint64_t room = waitLimitCycles > fixed ? waitLimitCycles - fixed : 0;
    const std::uint64_t pages = std::clamp<std::uint64_t>(room / perPage, 1, mostPages);
    const ByteCount size = bytesOf(PageCount(pages));
    std::string arithmetic = fmt::format(
        "({} cycles limit - {} fixed) / {} per page of 4 KiB, rounded down = {} {} = {}",
        waitLimitCycles, fixed, perPage, pages, pages == 1 ? "page" : "pages", text(size));
    if (room < perPage) {
        arithmetic +=
            fmt::format("; a transfer block has at least one page, so the limit cannot be "
                        "kept: {} cycles",
                        fixed + perPage);
    }
    return {size, std::move(arithmetic)};
}

} // namespace fragscope
