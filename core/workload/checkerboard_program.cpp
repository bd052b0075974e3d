#include "fragscope/workload/checkerboard_program.h"

#include "fragscope/base/hash.h"
#include "fragscope/workload/progress.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t {
    Fill = 1,
    Stamp,
    Free,
    Ask,
    LookNew,
    Write,
    Read,
    Verify,
    Promote,
    Sweep,
    End
};

constexpr std::array<std::string_view, 11> lines{
    "system call: ask for the next small segment",
    "stamp it: the first and the last word of each page",
    "system call: free every second one",
    "system call: ask for an array, larger than any gap",
    "read the words of the new array: they are zero",
    "write them, counting up from its address",
    "read them again",
    "read the stamps of the small segments that are left",
    "system call: a large page for the next 2 MiB of the array",
    "sweep: look at each page of the array once",
    "done",
};

constexpr std::array<std::string_view, 5> localNames{"segments", "number", "word", "address",
                                                     "sweep"};

constexpr std::uint64_t wordsOfPage = 2; ///< that the program looks at
constexpr std::uint64_t ofArray = ~0ULL; ///< number of the array among the segments

std::uint64_t stampOf(std::uint64_t number, std::uint64_t word) {
    const std::array<std::uint64_t, 2> name{number, word};
    return hashBytes(name.data(), sizeof name);
}

std::uint64_t wordCount(const SegmentCall& call) {
    return wordsOfPage * call.frames.value;
}

} // namespace

struct CheckerboardProgram::Locals {
    std::uint64_t segments;
    std::uint64_t number;
    std::uint64_t word;
    std::uint64_t address;
    std::uint64_t sweep;
};

/// The n-th word that the program uses of a segment: the first and the last of each page.
CheckerboardProgram::Word
CheckerboardProgram::wordOf(const SegmentCall& call, std::uint64_t number, std::uint64_t n) const {
    const std::uint64_t inPage = n % wordsOfPage == 0 ? 0 : pageBytes - wordBytes;
    return {.at = call.at + ByteCount(n / wordsOfPage * pageBytes + inPage),
            .expected = stampOf(number, n),
            .segment = number};
}

Steps CheckerboardProgram::put(Word word) {
    request_.address = word.at;
    request_.kind = AccessKind::Write;
    request_.value = word.expected;
    co_await access(thread_.kernel, request_);
    countAccess(thread_, request_);
}

Steps CheckerboardProgram::look(Word word) {
    request_.address = word.at;
    request_.kind = AccessKind::Read;
    co_await access(thread_.kernel, request_);
    countAccess(thread_, request_);
    if (!request_.killed && request_.value != word.expected) {
        thread_.kernel.board().events.emit({.kind = EventKind::StampBroken,
                                            .rule = word.why,
                                            .object = thread_.process.number,
                                            .vaddr = word.at.value,
                                            .value = request_.value,
                                            .a = word.expected,
                                            .b = word.segment});
    }
}

Steps CheckerboardProgram::fill(Locals& l) {
    const SegmentLoad& load = thread_.settings.segments;
    const std::uint64_t count = load.limit.value / load.least.value;
    for (l.number = 0; l.number < count && !request_.killed; ++l.number) {
        co_yield Line::Fill;
        SegmentCall call{.frames = pagesFor(load.least)};
        co_await allocateSegment(thread_.kernel, thread_.process, call);
        if (call.refused()) {
            co_return;
        }
        small_.push_back(call);
        l.segments = small_.size();
        for (l.word = 0; l.word < wordCount(call) && !request_.killed; ++l.word) {
            co_yield Line::Stamp;
            const Word word = wordOf(call, l.number, l.word);
            l.address = word.at.value;
            co_await part(put(word));
        }
    }
}

Steps CheckerboardProgram::freeEverySecond(Locals& l) {
    for (l.number = 0; l.number < small_.size() && !request_.killed; l.number += 2) {
        co_yield Line::Free;
        l.address = small_[l.number].at.value;
        co_await freeSegment(thread_.kernel, thread_.process, small_[l.number].at);
        small_[l.number].frames = PageCount(0);
        --l.segments;
    }
}

Steps CheckerboardProgram::askForArray(Locals& l) {
    co_yield Line::Ask;
    l.number = ofArray;
    array_.frames = pagesFor(thread_.settings.segments.largeLeast);
    co_await allocateSegment(thread_.kernel, thread_.process, array_);
    l.address = array_.at.value;
}

Steps CheckerboardProgram::useArray(Locals& l) {
    for (l.word = 0; l.word < wordCount(array_) && !request_.killed; ++l.word) {
        co_yield Line::LookNew;
        Word word = wordOf(array_, ofArray, l.word);
        word.expected = 0;
        word.why = Rule::NewNotZero;
        co_await part(look(word));
    }
    for (l.word = 0; l.word < wordCount(array_) && !request_.killed; ++l.word) {
        co_yield Line::Write;
        const Word word = wordOf(array_, ofArray, l.word);
        co_await part(put(word));
    }
    for (l.word = 0; l.word < wordCount(array_) && !request_.killed; ++l.word) {
        co_yield Line::Read;
        const Word word = wordOf(array_, ofArray, l.word);
        co_await part(look(word));
    }
}

Steps CheckerboardProgram::verifySmall(Locals& l) {
    for (l.number = 1; l.number < small_.size(); l.number += 2) {
        for (l.word = 0; l.word < wordCount(small_[l.number]) && !request_.killed; ++l.word) {
            co_yield Line::Verify;
            const Word word = wordOf(small_[l.number], l.number, l.word);
            l.address = word.at.value;
            co_await part(look(word));
        }
    }
}

Steps CheckerboardProgram::promote(Locals& l) {
    for (PageCount done; done + PageCount(wordsPerPage) <= array_.frames;
         done += PageCount(wordsPerPage)) {
        co_yield Line::Promote;
        PromotionCall call{.at = array_.at + bytesOf(done)};
        l.address = call.at.value;
        co_await promotePages(thread_.kernel, thread_.process, call);
    }
}

Steps CheckerboardProgram::sweep(Locals& l) {
    for (l.word = 0; l.word < wordCount(array_) && !request_.killed; l.word += wordsOfPage) {
        co_yield Line::Sweep;
        const Word word = wordOf(array_, ofArray, l.word);
        l.address = word.at.value;
        co_await part(look(word));
    }
}

Steps CheckerboardProgram::run() {
    auto& l = co_await Follow<Locals>{checkerboardListing()};
    co_await part(fill(l));
    co_await part(freeEverySecond(l));
    co_await part(askForArray(l));
    if (!array_.refused() && !request_.killed) {
        co_await part(useArray(l));
        co_await part(verifySmall(l));
        if (thread_.settings.segments.promote) {
            co_await part(promote(l));
        }
        for (; l.sweep < thread_.settings.segments.sweeps && !request_.killed; ++l.sweep) {
            co_await part(sweep(l));
        }
    }
    co_yield Line::End;
    publishProgress(thread_);
    thread_.kernel.threadEnded(thread_.process);
}

const Listing& checkerboardListing() {
    static constexpr Listing listing{ListingId::CheckerboardProgram, "checkerboard-program",
                                     "A checkerboard, and an array", lines, localNames};
    return listing;
}

} // namespace fragscope
