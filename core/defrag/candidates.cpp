#include "fragscope/defrag/candidates.h"

#include "fragscope/defrag/move_books.h"
#include "fragscope/defrag/transfer_block.h"

#include <algorithm>
#include <optional>

namespace fragscope {

namespace {

/// Two neighbouring blocks in one address space; `moves` goes next to `stays`.
struct Pair {
    Extent stays;
    Extent moves;
    MoveEnd end = MoveEnd::High;
};

/// Blocks above the oldest one ('O') move down behind their neighbour, blocks below it move up.
std::vector<Pair> pairsOf(const Process& process) {
    const auto extents = process.map.extents();
    const auto oldest = std::find_if(extents.begin(), extents.end(),
                                     [](const Extent& extent) { return extent.label == 'O'; });
    const auto o = static_cast<std::size_t>(oldest - extents.begin());
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i + 1 < extents.size(); ++i) {
        const Extent& lower = extents[i];
        const Extent& upper = extents[i + 1];
        if (lower.kind != EntryKind::Block || upper.kind != EntryKind::Block) {
            continue;
        }
        pairs.push_back(i >= o ? Pair{lower, upper, MoveEnd::High}
                               : Pair{upper, lower, MoveEnd::Low});
    }
    return pairs;
}

std::optional<FrameNumber> destinationOf(const Pair& pair) {
    if (pair.end == MoveEnd::High) {
        return frameOf(PhysAddr(pair.stays.paddr + pair.stays.length));
    }
    if (pair.stays.paddr < pair.moves.length) {
        return std::nullopt;
    }
    return frameOf(PhysAddr(pair.stays.paddr - pair.moves.length));
}

bool reachable(const FrameTable& frames,
               FrameNumber destination,
               FrameNumber source,
               PageCount pages) {
    for (std::uint64_t i = 0; i < pages.value; ++i) {
        const FrameNumber frame = destination + PageCount(i);
        const bool own = frame >= source && frame < source + pages;
        if (!own && !frames.isFree(frame, PageCount(1))) {
            return false;
        }
    }
    return true;
}

/// The extent of a process that leads to some frame of the block, if any.
std::optional<Extent> extentOnto(const Process& process, const Extent& block) {
    const auto extents = process.map.extents();
    const auto found = std::find_if(extents.begin(), extents.end(), [&](const Extent& extent) {
        return extent.kind == EntryKind::Block && extent.paddr < block.paddr + block.length &&
               block.paddr < extent.paddr + extent.length;
    });
    return found == extents.end() ? std::nullopt : std::optional(*found);
}

/// True if the process would move the block in the same way.
bool movesAlike(const Process& process, const Pair& pair) {
    const auto pairs = pairsOf(process);
    return process.state == ProcessState::Running &&
           std::any_of(pairs.begin(), pairs.end(), [&](const Pair& other) {
               return other.moves.paddr == pair.moves.paddr && other.end == pair.end &&
                      other.moves.length == pair.moves.length &&
                      destinationOf(other) == destinationOf(pair);
           });
}

/// Every process that maps the block; nothing if one of them has another neighbour beside it, maps
/// another part of it, or has ended and not yet let go of it.
std::optional<std::vector<BlockOwner>> ownersOf(Kernel& kernel, Process& first, const Pair& pair) {
    std::vector<BlockOwner> owners{{&first, pair.moves.index}};
    for (const auto& process : kernel.processes()) {
        if (process.get() == &first || process->reaped) {
            continue;
        }
        const auto extent = extentOnto(*process, pair.moves);
        if (!extent) {
            continue;
        }
        if (!movesAlike(*process, pair)) {
            return std::nullopt;
        }
        owners.push_back({process.get(), extent->index});
    }
    return owners;
}

/// With overlap the map stays a journal only while a transfer block is at most the gap
/// (DEFRAG 1.3).
ByteCount clampToGap(ByteCount transfer, FrameNumber source, FrameNumber destination) {
    const std::uint64_t gap =
        source > destination ? (source - destination).value : (destination - source).value;
    return std::min(transfer, bytesOf(PageCount(std::max<std::uint64_t>(gap, 1))));
}

std::optional<MoveJob>
jobFor(Kernel& kernel, Process& process, const Pair& pair, const MoverSettings& settings) {
    const auto destination = destinationOf(pair);
    const FrameNumber source = frameOf(PhysAddr(pair.moves.paddr));
    const PageCount pages = pagesFor(ByteCount(pair.moves.length));
    if (!destination || !reachable(kernel.frames(), *destination, source, pages)) {
        return std::nullopt;
    }
    auto owners = ownersOf(kernel, process, pair);
    MoveJob job{.owners = {{&process, pair.moves.index}},
                .end = pair.end,
                .source = source,
                .destination = *destination,
                .pages = pages,
                .transfer = clampToGap(transferBlockOf(kernel, settings), source, *destination)};
    if (!owners) {
        skipMove(kernel, job, Rule::OwnersDiffer);
        return std::nullopt;
    }
    if (settings.pinned == PinnedFrames::Skip && kernel.frames().anyPinned(source, pages)) {
        skipMove(kernel, job, Rule::CandidatePinned);
        return std::nullopt;
    }
    job.owners = std::move(*owners);
    return job;
}

bool comesBefore(const MoveJob& a, const MoveJob& b, CandidateOrder order) {
    if (order != CandidateOrder::LowestAddress && a.pages != b.pages) {
        return order == CandidateOrder::Smallest ? a.pages < b.pages : a.pages > b.pages;
    }
    return a.source < b.source;
}

} // namespace

ByteCount transferBlockOf(const Kernel& kernel, const MoverSettings& settings) {
    if (settings.transferBlock.value != 0) {
        return settings.transferBlock;
    }
    const Board& board = kernel.board();
    return autoTransferBlock(board.cost, static_cast<std::uint32_t>(board.cpus.size()),
                             settings.waitLimitCycles)
        .size;
}

std::vector<MoveJob> findCandidates(Kernel& kernel, const MoverSettings& settings) {
    std::vector<MoveJob> jobs;
    for (const auto& process : kernel.processes()) {
        if (process->state != ProcessState::Running || process->move.active) {
            continue;
        }
        for (const Pair& pair : pairsOf(*process)) {
            auto job = jobFor(kernel, *process, pair, settings);
            const bool known =
                job && std::any_of(jobs.begin(), jobs.end(), [&](const MoveJob& other) {
                    return other.source == job->source;
                });
            if (job && !known) {
                jobs.push_back(std::move(*job));
            }
        }
    }
    std::stable_sort(jobs.begin(), jobs.end(), [&](const MoveJob& a, const MoveJob& b) {
        return comesBefore(a, b, settings.candidates);
    });
    return jobs;
}

} // namespace fragscope
