#include "fragscope/ui/engine/log_search.h"

namespace fragscope {

namespace {

/// First seq in [from, end) for which `reached` holds; `reached` is false before and true after it.
template <class Predicate>
std::uint64_t firstWhere(std::uint64_t from, std::uint64_t end, Predicate reached) {
    while (from < end) {
        const std::uint64_t middle = from + (end - from) / 2;
        if (reached(middle)) {
            end = middle;
        } else {
            from = middle + 1;
        }
    }
    return from;
}

} // namespace

std::uint64_t stepAtOrAfter(const EventLog& log, std::uint64_t seq) {
    seq = std::max(seq, log.firstSeq());
    while (seq < log.endSeq() && log.at(seq).kind != EventKind::TaskStep) {
        ++seq;
    }
    return std::min(seq, log.endSeq());
}

std::optional<std::uint64_t> stepAtOrBefore(const EventLog& log, std::uint64_t seq) {
    if (log.endSeq() == log.firstSeq()) {
        return std::nullopt;
    }
    seq = std::min(seq, log.endSeq() - 1);
    for (; seq >= log.firstSeq(); --seq) {
        if (log.at(seq).kind == EventKind::TaskStep) {
            return seq;
        }
        if (seq == 0) {
            break;
        }
    }
    return std::nullopt;
}

std::uint64_t seqOfStep(const EventLog& log, std::uint64_t step) {
    const std::uint64_t first = stepAtOrAfter(log, log.firstSeq());
    if (first == log.endSeq()) {
        return first;
    }
    const std::uint64_t wanted = log.at(first).value + step;
    // The number of the last step at or before seq never falls; the answer is where it reaches
    // `wanted`.
    return firstWhere(first, log.endSeq(), [&](std::uint64_t seq) {
        return log.at(*stepAtOrBefore(log, seq)).value >= wanted;
    });
}

std::uint64_t seqAtTime(const EventLog& log, std::uint64_t timeCycles) {
    const std::uint64_t seq = firstWhere(log.firstSeq(), log.endSeq(), [&](std::uint64_t at) {
        return log.at(at).timeCycles >= timeCycles;
    });
    const std::uint64_t step = stepAtOrAfter(log, seq);
    return step == log.endSeq() && !stepAtOrBefore(log, seq) ? seq : step;
}

} // namespace fragscope
