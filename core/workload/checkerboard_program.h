#pragma once

#include "fragscope/kernel/segments/promotion.h"
#include "fragscope/kernel/segments/segment_calls.h"
#include "fragscope/workload/application.h"

namespace fragscope {

/// A program that fragments memory as badly as it can be, with half of it free: it fills memory
/// with small segments, frees every second one, and asks for an array larger than any of the gaps.
/// If it gets it, it expects what any program does: new memory is zero, its elements follow each
/// other, and nothing else changes when they are written (else StampBroken).
///
/// Settings (SegmentLoad): least = the size of the small segments, limit = all of them, largeLeast
/// = the array.
class CheckerboardProgram {
public:
    explicit CheckerboardProgram(ApplicationThread& thread)
        : thread_(thread), request_{.process = &thread.process} {}

    Steps run();

private:
    struct Locals;

    /// One word of a page, and what the program knows of it.
    struct Word {
        VirtAddr at{};
        std::uint64_t expected = 0;
        std::uint64_t segment = 0; ///< number of the segment that it believes it is in
        Rule why{};
    };

    Steps fill(Locals& l);
    Steps freeEverySecond(Locals& l);
    Steps askForArray(Locals& l);
    Steps useArray(Locals& l);
    Steps verifySmall(Locals& l);
    Steps promote(Locals& l);
    Steps sweep(Locals& l);
    Steps put(Word word);
    Steps look(Word word);
    [[nodiscard]] Word wordOf(const SegmentCall& call, std::uint64_t number, std::uint64_t n) const;

    ApplicationThread& thread_;
    std::vector<SegmentCall> small_; ///< those that were freed have no frames
    SegmentCall array_;
    AccessRequest request_;
};

const Listing& checkerboardListing();

} // namespace fragscope
