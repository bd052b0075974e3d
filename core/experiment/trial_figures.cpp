#include "fragscope/experiment/trial_figures.h"

#include "fragscope/experiment/fragmentation.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

using State = const TrialState&;
using Value = std::optional<double>;

double ratio(std::uint64_t a, std::uint64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
}

const TrialTotals& totals(State state) {
    return state.trial.totals();
}

template <auto Member> Value total(State state) {
    return static_cast<double>(totals(state).*Member);
}

Value freeBytes(State state) {
    return static_cast<double>(state.freeBytes);
}

Value freeBlocks(State state) {
    return static_cast<double>(state.freeBlocks);
}

Value largestFree(State state) {
    return static_cast<double>(state.largestFree);
}

Value externalFragmentation(State state) {
    return state.freeBytes == 0 ? 0 : 1 - ratio(state.largestFree, state.freeBytes);
}

Value internalFragmentation(State state) {
    if (state.usedBytes == 0) {
        return std::nullopt;
    }
    const std::uint64_t live = totals(state).liveBytes * state.trial.settings().unit;
    return live > state.usedBytes ? 0 : 1 - ratio(live, state.usedBytes);
}

Value overheadMean(State state) {
    const TrialTotals& t = totals(state);
    return t.overheadSamples == 0 ? Value{}
                                  : Value{t.overheadSum / static_cast<double>(t.overheadSamples)};
}

Value overheadAtPeakLive(State state) {
    const TrialTotals& t = totals(state);
    return t.peakLiveBytes == 0 ? Value{}
                                : Value{ratio(t.footprintAtPeakLive, t.peakLiveBytes) - 1};
}

Value overheadAtPeakFootprint(State state) {
    const TrialTotals& t = totals(state);
    return t.liveAtPeakFootprint == 0 ? Value{}
                                      : Value{ratio(t.peakFootprint, t.liveAtPeakFootprint) - 1};
}

Value overheadOfPeaks(State state) {
    const TrialTotals& t = totals(state);
    return t.peakLiveBytes == 0 ? Value{} : Value{ratio(t.peakFootprint, t.peakLiveBytes) - 1};
}

Value peakUtilisation(State state) {
    const TrialTotals& t = totals(state);
    return t.peakFootprint == 0 ? Value{} : Value{ratio(t.peakLiveBytes, t.peakFootprint)};
}

Value movedPerFreed(State state) {
    const TrialTotals& t = totals(state);
    return t.freedBytes == 0 ? Value{} : Value{ratio(t.movedBytes, t.freedBytes)};
}

std::vector<std::uint64_t> freeCounts(State state) {
    return freeCountsByOrder(state.heap, pageBytes);
}

template <unsigned Order> Value unusable(State state) {
    return static_cast<double>(unusableFreeIndex(freeCounts(state), Order)) / 1000;
}

template <unsigned Order> Value index(State state) {
    return static_cast<double>(fragmentationIndex(freeCounts(state), Order)) / 1000;
}

// ---- Compact-fit ----
template <class Function> Value ofPages(State state, Function function) {
    if (!state.compactFit) {
        return std::nullopt;
    }
    return static_cast<double>(function(*state.compactFit));
}

Value pages(State state) {
    return ofPages(state, [](const CompactFitPicture& p) { return p.pagesInUse; });
}

Value notFullPages(State state) {
    return ofPages(state, [](const CompactFitPicture& p) { return p.notFull; });
}

Value fullPages(State state) {
    return ofPages(state, [](const CompactFitPicture& p) {
        std::uint64_t full = 0;
        for (const CompactFitClass& sizeClass : p.classes) {
            full += sizeClass.list(compact_fit_layout::ListState::Full).size();
        }
        return full;
    });
}

Value k(State state) {
    return ofPages(state, [&](const CompactFitPicture&) { return state.trial.settings().k; });
}

Value increment(State state) {
    return ofPages(state,
                   [&](const CompactFitPicture&) { return state.trial.settings().increment; });
}

template <auto Member> Value compactPeak(State state) {
    return state.compactFit ? total<Member>(state) : std::nullopt;
}

template <auto Member> Value account(State state) {
    return ofPages(state, [&](const CompactFitPicture& p) {
        return accountOf(p, state.trial.settings()).*Member;
    });
}

Value classUtilisation(State state) {
    if (!state.compactFit) {
        return std::nullopt;
    }
    const CompactFitAccount parts = accountOf(*state.compactFit, state.trial.settings());
    const std::uint64_t slots = parts.usedBytes + parts.sizeExternal;
    return slots == 0 ? Value{} : Value{ratio(parts.usedBytes, slots)};
}

/// Used bytes of the pages in use, each in proportion to what a page holds.
std::vector<double> pageShares(State state) {
    std::vector<double> shares;
    const double data = static_cast<double>(state.trial.settings().pageSize) -
                        static_cast<double>(SizeClasses::headerBytes);
    for (const CompactFitPage& page : state.compactFit->pages) {
        if (page.state != compact_fit_layout::ListState::Free) {
            const std::uint64_t block = state.compactFit->classes[page.sizeClass].blockBytes;
            shares.push_back(static_cast<double>(page.used * block) / data);
        }
    }
    return shares;
}

Value pageUtilisation(State state) {
    if (!state.compactFit || state.compactFit->pagesInUse == 0) {
        return std::nullopt;
    }
    double sum = 0;
    for (const double share : pageShares(state)) {
        sum += share;
    }
    return sum / static_cast<double>(state.compactFit->pagesInUse);
}

Value pagesBelowQuarter(State state) {
    if (!state.compactFit || state.compactFit->pagesInUse == 0) {
        return std::nullopt;
    }
    std::uint64_t low = 0;
    for (const double share : pageShares(state)) {
        low += share < 0.25 ? 1U : 0U;
    }
    return ratio(low, state.compactFit->pagesInUse);
}

/// What is copied at once: no other actor runs meanwhile.
Value longestCopy(State state) {
    const std::uint64_t longest = totals(state).longestMove;
    const std::uint64_t part = state.trial.settings().increment;
    return static_cast<double>(part != 0 && part < longest ? part : longest);
}

using enum FigureUse;
using enum FigureOf;
using T = TrialTotals;
constexpr std::string_view a6 = "accounting of Compact-fit";
constexpr std::string_view johnstone = "Johnstone and Wilson 1998";
constexpr std::string_view linux = "Linux mm/vmstat.c";

// clang-format off
constexpr std::array figures{
    TrialFigure{"ops", "Operations of the trace so far.", "", Summary, All, total<&T::operations>},
    TrialFigure{"k", "Not-full pages that a size class may have; 0 = no compaction.", "seed 003", Summary, CompactFit, k},
    TrialFigure{"increment", "Bytes copied at a time; 0 = whole blocks.", "seed 003", Summary, CompactFit, increment},
    TrialFigure{"live_blocks", "Blocks in use.", "", Both, All, total<&T::liveBlocks>},
    TrialFigure{"live_bytes", "L: bytes asked for of the blocks in use.", "", Both, All, total<&T::liveBytes>},
    TrialFigure{"footprint_bytes", "H: bytes up to the end of the last block in use, or of the pages and chunks taken.", "", Both, All, total<&T::footprint>},
    TrialFigure{"free_bytes", "Sum of the free areas.", "", Both, All, freeBytes},
    TrialFigure{"free_blocks", "Number of free areas.", "", Both, All, freeBlocks},
    TrialFigure{"largest_free_bytes", "Largest free area: the largest request that succeeds is at most it.", "seed 003", Both, All, largestFree},
    TrialFigure{"external_fragmentation", "1 - largest free area / sum of the free areas; 0 with nothing free.", "textbook", Both, All, externalFragmentation},
    TrialFigure{"internal_fragmentation", "1 - L / bytes of the blocks in use, with headers and rounding.", "Masmano et al. 2008", Both, All, internalFragmentation},
    TrialFigure{"pages", "Pages in use.", a6, Both, CompactFit, pages},
    TrialFigure{"full_pages", "Pages without a free block.", a6, Series, CompactFit, fullPages},
    TrialFigure{"notfull_pages", "Pages with blocks in use and free ones.", a6, Both, CompactFit, notFullPages},
    TrialFigure{"peak_pages", "Most pages in use.", a6, Summary, CompactFit, compactPeak<&T::peakPages>},
    TrialFigure{"peak_notfull", "Most not-full pages.", a6, Summary, CompactFit, compactPeak<&T::peakNotFull>},
    TrialFigure{"moves", "Blocks in use that were moved.", "", Both, All, total<&T::moves>},
    TrialFigure{"bytes_moved", "Their bytes, whole blocks.", "", Both, All, total<&T::movedBytes>},
    TrialFigure{"longest_move_bytes", "Longest move.", "", Summary, All, total<&T::longestMove>},
    TrialFigure{"longest_copy_bytes", "Longest copy that nobody interrupts: min(increment, block).", "report on concurrency, 2009", Summary, All, longestCopy},
    TrialFigure{"bytes_moved_per_byte_freed", "Bytes moved / bytes freed.", "", Summary, All, movedPerFreed},
    TrialFigure{"aborted_by_free", "Copies given up because their block was freed.", "report on concurrency, 2009", Summary, CompactFit, compactPeak<&T::abortedByFree>},
    TrialFigure{"aborted_by_compaction", "Copies given up because their target was to be moved.", "report on concurrency, 2009", Summary, CompactFit, compactPeak<&T::abortedByCompaction>},
    TrialFigure{"header_bytes", "Page headers.", a6, Both, CompactFit, account<&CompactFitAccount::headers>},
    TrialFigure{"page_internal_bytes", "Ends of pages that hold no block.", a6, Both, CompactFit, account<&CompactFitAccount::pageInternal>},
    TrialFigure{"size_external_bytes", "Free blocks, of no use to other classes.", a6, Both, CompactFit, account<&CompactFitAccount::sizeExternal>},
    TrialFigure{"size_external_bound_bytes", "Sum over the classes of min(k, pages) * (blocks in a page - 1) * block.", a6, Both, CompactFit, account<&CompactFitAccount::sizeExternalBound>},
    TrialFigure{"class_utilisation", "Used blocks / blocks of all pages, in bytes.", "jemalloc", Both, CompactFit, classUtilisation},
    TrialFigure{"page_utilisation", "Mean over the pages in use of used bytes / bytes of blocks.", a6, Both, CompactFit, pageUtilisation},
    TrialFigure{"pages_below_quarter", "Share of the pages in use of which less than a quarter is used.", a6, Both, CompactFit, pagesBelowQuarter},
    TrialFigure{"unusable_free_index_3", "(F - 2^3 * areas that hold 2^3 pages) / F, F in pages of 4 KiB; 1 with nothing free.", linux, Both, All, unusable<3>},
    TrialFigure{"unusable_free_index_9", "The same for 2^9 pages.", linux, Both, All, unusable<9>},
    TrialFigure{"fragmentation_index_3", "-1 if 2^3 pages are there; else 1 - (1 + F / 2^3) / areas: towards 1 fragmentation, towards 0 lack of memory.", linux, Both, All, index<3>},
    TrialFigure{"fragmentation_index_9", "The same for 2^9 pages.", linux, Both, All, index<9>},
    TrialFigure{"peak_live_bytes", "Largest L.", "", Summary, All, total<&T::peakLiveBytes>},
    TrialFigure{"peak_footprint_bytes", "Largest H.", "", Summary, All, total<&T::peakFootprint>},
    TrialFigure{"overhead_mean", "Mean over the operations of H / L - 1.", johnstone, Summary, All, overheadMean},
    TrialFigure{"overhead_at_peak_live", "H / L - 1 where L is largest.", johnstone, Summary, All, overheadAtPeakLive},
    TrialFigure{"overhead_at_peak_footprint", "H / L - 1 where H is largest.", johnstone, Summary, All, overheadAtPeakFootprint},
    TrialFigure{"overhead_of_peaks", "Largest H / largest L - 1; they need not coincide.", johnstone, Summary, All, overheadOfPeaks},
    TrialFigure{"peak_utilisation", "Largest L so far / largest H so far.", "CS:APP malloc lab", Both, All, peakUtilisation},
    TrialFigure{"searched", "Free areas looked at.", "", Summary, All, total<&T::searched>},
    TrialFigure{"allocate_references_mean", "Loads and stores of an allocation, mean.", "", Summary, All, total<&T::allocateMean>},
    TrialFigure{"allocate_references_max", "Loads and stores of an allocation, most.", "", Summary, All, total<&T::allocateMost>},
    TrialFigure{"free_references_mean", "Loads and stores of a free, mean.", "", Summary, All, total<&T::freeMean>},
    TrialFigure{"free_references_max", "Loads and stores of a free, most.", "", Summary, All, total<&T::freeMost>},
    TrialFigure{"failed", "Requests that could not be satisfied.", "", Summary, All, total<&T::refused>},
    TrialFigure{"ignored", "Frees of blocks that were refused or left out.", "", Summary, All, total<&T::ignored>},
    TrialFigure{"filtered", "Requests that the preset left out or changed.", "", Summary, All, total<&T::filtered>},
    TrialFigure{"bad_lines", "Malformed lines of the trace.", "", Summary, All, total<&T::bad>},
    TrialFigure{"damaged_blocks", "Blocks whose bytes were not what the program had written.", "", Summary, All, total<&T::damagedBlocks>},
};
// clang-format on

} // namespace

std::span<const TrialFigure> trialFigures() {
    return figures;
}

TrialState stateOf(TraceTrial& trial) {
    TrialState state{trial, trial.picture(), std::nullopt};
    if (trial.settings().kind == AllocatorKind::CompactFit &&
        trial.settings().variant != AllocatorVariant::NonMoving) {
        state.compactFit =
            decodeCompactFit(trial.reader(), trial.reader().extent(), trial.settings());
    }
    for (const FreeListPicture& list : state.heap.lists) {
        for (const FreeListMember& member : list.members) {
            ++state.freeBlocks;
            state.freeBytes += member.length.value;
            state.largestFree = std::max(state.largestFree, member.length.value);
        }
    }
    for (const HeapBlock& block : state.heap.blocks) {
        state.usedBytes += block.used ? block.length.value : 0;
    }
    return state;
}

} // namespace fragscope
