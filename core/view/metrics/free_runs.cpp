#include "fragscope/view/metrics/free_runs.h"

#include <iterator>

namespace fragscope {

void FreeRuns::add(std::uint64_t first, std::uint64_t length) {
    if (length != 0) {
        runs_.emplace(first, length);
        ++lengths_[length];
        free_ += PageCount(length);
    }
}

FreeRuns::Runs::iterator FreeRuns::remove(Runs::iterator run) {
    const auto count = lengths_.find(run->second);
    if (--count->second == 0) {
        lengths_.erase(count);
    }
    free_ -= PageCount(run->second);
    return runs_.erase(run);
}

void FreeRuns::take(FrameNumber first, PageCount count) {
    const std::uint64_t from = first.value;
    const std::uint64_t until = from + count.value;
    auto run = runs_.upper_bound(from);
    if (run != runs_.begin()) {
        --run; // it may reach into the range
    }
    while (run != runs_.end() && run->first < until) {
        const std::uint64_t begin = run->first;
        const std::uint64_t end = begin + run->second;
        if (end <= from) {
            ++run;
            continue;
        }
        run = remove(run);
        add(begin, from > begin ? from - begin : 0);
        add(until, end > until ? end - until : 0);
    }
}

void FreeRuns::give(FrameNumber first, PageCount count) {
    if (count.value == 0) {
        return;
    }
    take(first, count); // what was free already must not be counted twice
    std::uint64_t begin = first.value;
    std::uint64_t end = begin + count.value;
    auto next = runs_.lower_bound(begin);
    if (next != runs_.begin()) {
        const auto before = std::prev(next);
        if (before->first + before->second == begin) {
            begin = before->first;
            remove(before);
        }
    }
    if (next != runs_.end() && next->first == end) {
        end += next->second;
        remove(next);
    }
    add(begin, end - begin);
}

PageCount FreeRuns::longest() const {
    return PageCount(lengths_.empty() ? 0 : lengths_.rbegin()->first);
}

} // namespace fragscope
