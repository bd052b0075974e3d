#include "fragscope/base/text.h"
#include "fragscope/scenario/setting_builder.h"

/// Settings of the segment heap and of its compaction.
namespace fragscope {

namespace {

constexpr std::string_view sizeForm = "SIZE, whole pages (`16 KiB`)";

std::optional<PageCount> parsePages(std::string_view text) {
    const auto size = parseSize(text);
    if (!size || size->value == 0 || size->value % pageBytes != 0) {
        return std::nullopt;
    }
    return pagesFor(*size);
}

std::string printPages(const PageCount& pages) {
    return text(bytesOf(pages));
}

std::vector<Setting> heapDesign() {
    using S = SegmentSettings;
    constexpr std::uint64_t mostPages = 1ULL << 28;
    return {
        choice("segments.placement", &S::placement)
            .says("Where a segment is placed; `none`: there are no segments.",
                  "seed 001: quick-fit lists, or always from the top of the heap"),
        choice("segments.rounding", &S::rounding)
            .says("What a request is rounded up to.", "seed 001: can over-allocation reduce "
                                                      "re-use issues?"),
        count("segments.round_to", &S::roundTo)
            .between(1, mostPages)
            .says("Rounding `multiple`: of so many pages."),
        Row("segments.sizes", &S::sizes, sizeForm, parsePages, printPages)
            .says("Rounding `sizes`: the sizes that there are, ascending; larger requests stay as "
                  "they are.",
                  "seed 001: limited set of allocation sizes"),
        choice("segments.fallback", &S::fallback)
            .says("Quick-fit, when neither the list of its size nor the large list has a run."),
        choice("segments.join", &S::join)
            .says("Quick-fit: when free neighbours become one run.",
                  "seed 001: coalesce the memory pool"),
        choice("segments.split", &S::split)
            .says("Whether the rest of a run is cut off. Memory that no segment has had yet always "
                  "is.",
                  "seed 001: are you repeatedly breaking memory into smaller and smaller parts?"),
        count("segments.minimum_rest", &S::minimumRest)
            .between(0, mostPages)
            .says("Split `minimum-rest`: fewer pages stay with the segment."),
        choice("segments.retract", &S::retract)
            .says("Placement top: whether the top goes down when the topmost segment is freed."),
    };
}

std::vector<Setting> heapPlaces() {
    using S = SegmentSettings;
    constexpr std::uint64_t mostPages = 1ULL << 28;
    return {
        count("segments.align_above", &S::alignAbove)
            .between(0, mostPages)
            .says("Segments of more pages than this are aligned.",
                  "seed 001: segments larger than 4MB are aligned"),
        count("segments.alignment", &S::alignment)
            .between(1, mostPages)
            .says("To a multiple of so many pages; a power of two."),
        choice("segments.spans", &S::spans)
            .says("Physical memory with holes: how many heaps, and what goes below a hole.",
                  "seed 001: individual heaps, or move segments down below holes"),
        choice("segments.span_choice", &S::spanChoice)
            .says("Spans `separate`: which heap gets a request first."),
        count("segments.survey_every", &S::surveyEvery)
            .between(0, 1ULL << 31)
            .says("Requests and frees between two surveys of the free runs; 0 = none."),
    };
}

} // namespace

std::vector<Setting> segmentSettings() {
    using S = SegmentMemorySettings;
    std::vector<Setting> all = heapDesign();
    std::vector<Setting> places = heapPlaces();
    std::move(places.begin(), places.end(), std::back_inserter(all));
    std::vector<Setting> machine = {
        size("segments.kernel_memory", &S::kernelMemory)
            .between(0, gib(16).value)
            .multipleOf(pageBytes)
            .word("auto", 0)
            .says("Memory below the segment heap, for the kernel's books and page tables; `auto`: "
                  "a sixteenth, at least 2 MiB."),
        count("segments.descriptors", &S::descriptors)
            .between(8, 3ULL << 20)
            .says("Runs of frames, free and used, that the heap can describe."),
        count("segments.areas", &S::areas)
            .between(1, 1ULL << 17)
            .says("Entries of the array of areas of each process, rounded up to whole frames."),
        choice("segments.area_join", &S::areaJoin)
            .says("When free neighbours in an address space become one area.",
                  "seed 001: an array, growing on allocations and shrinking on coalescing"),
        flag("segments.clear", &S::clear).says("A new segment is cleared."),
        flag("segments.large_pages", &S::largePages)
            .says("2 MiB mappings where frames and addresses allow.",
                  "seed 001: some or all of a segment can be mapped using 4MB pages"),
    };
    std::move(machine.begin(), machine.end(), std::back_inserter(all));
    return all;
}

std::vector<Setting> compactionSettings() {
    using S = CompactionSettings;
    return {
        choice("compaction.trigger", &S::trigger)
            .says("What starts a compaction. Segments are carried by `mover.algorithm`.",
                  "seed 001: the segments below are compacted to make room at the top"),
        choice("compaction.extent", &S::extent)
            .says("How many segments it moves.", "DEFRAG 3.2: full, or a suffix with slack"),
        count("compaction.slack_percent", &S::slackPercent)
            .between(0, 100)
            .says("Extent `suffix`: room to win at least, in per cent of the heap."),
        choice("compaction.locked", &S::locked)
            .says("What becomes of the gap below a segment that is locked in place.",
                  "seed 001: move segments below the locked segment, or just compact above it, or "
                  "wait for it to be unlocked"),
        cycles("compaction.period", &S::periodCycles)
            .between(1, 1ULL << 48)
            .says("Background: time between two looks.",
                  "seed 001: a background task that wakes up every few minutes"),
        size("compaction.budget", &S::budget)
            .between(1, 1ULL << 40)
            .says("Background: bytes moved at a look, or one segment."),
        count("compaction.threshold_percent", &S::thresholdPercent)
            .between(0, 100)
            .says("Background: it works if the gaps are more than this share of the heap."),
        count("compaction.cpu", &S::cpu)
            .says("CPU of the background task, and of the one that aligns segments again."),
        count("compaction.relax_below", &S::relaxBelowPercent)
            .between(0, 100)
            .says("Low mark, in per cent of the heap: while less is free, or would be with the "
                  "request, large segments count as aligned to 4 KiB.",
                  "seed 001: if memory is running low, large segments could be compacted to 4k "
                  "alignment"),
        choice("compaction.realign", &S::realign)
            .says("How they are aligned again; a task looks once in compaction.period.",
                  "seed 001: if free memory later increases, aligned on 4MB boundaries again"),
        count("compaction.realign_above", &S::realignAbovePercent)
            .between(0, 100)
            .says("High mark, in per cent of the heap: they are aligned again while more is free. "
                  "Too close to the low one, they swing."),
    };
}

} // namespace fragscope
