#include "fragscope/experiment/reference_curves.h"

#include "fragscope/base/rng.h"
#include "fragscope/experiment/measured_heap.h"

#include <array>

namespace fragscope {

namespace {

constexpr std::uint64_t operationsPerCall = 1024; ///< of the progress function

enum class PointEnd : std::uint8_t { Measured, LeftOut, Stopped };

/// What one point is about.
struct PointPlan {
    std::uint64_t live = 0;
    std::uint64_t leastBytes = 0;
    std::uint64_t mostBytes = 0;
    std::uint64_t exchanges = 0;
    std::uint64_t mostWork = 0;
};

using Counts = std::array<ReferenceCounts, 3>; ///< by HeapOperation

ReferenceCounts& of(Counts& counts, HeapOperation operation) {
    return counts.at(static_cast<std::size_t>(operation));
}

/// One heap in a steady state.
class ExchangedHeap {
public:
    ExchangedHeap(const AllocatorSettings& settings,
                  const PointPlan& plan,
                  std::uint64_t seed,
                  const std::function<bool()>& goOn)
        : heap_(settings), plan_(plan), random_(seed), goOn_(goOn) {}

    PointEnd measure(Counts& counts) {
        for (std::uint64_t i = 0; i < plan_.live; ++i) {
            handles_.push_back(heap_.allocate(drawSize()));
            if (const PointEnd end = state(handles_.back()); end != PointEnd::Measured) {
                return end;
            }
        }
        Counts ignored;
        const PointEnd end = exchange(plan_.live, ignored);
        return end == PointEnd::Measured ? exchange(plan_.exchanges, counts) : end;
    }

private:
    std::uint64_t drawSize() {
        size_ = plan_.leastBytes + random_.below(plan_.mostBytes - plan_.leastBytes + 1);
        return size_;
    }

    PointEnd state(std::uint64_t handle) {
        if (handle == Allocator::refused || heap_.work() > plan_.mostWork) {
            return PointEnd::LeftOut;
        }
        return ++operations_ % operationsPerCall != 0 || goOn_() ? PointEnd::Measured
                                                                 : PointEnd::Stopped;
    }

    PointEnd exchange(std::uint64_t times, Counts& counts) {
        for (std::uint64_t i = 0; i < times; ++i) {
            std::uint64_t& handle = handles_[random_.below(handles_.size())];
            heap_.release(handle);
            of(counts, HeapOperation::Free).add(heap_.references());
            handle = heap_.allocate(drawSize());
            of(counts, HeapOperation::Malloc).add(heap_.references());
            if (const PointEnd end = state(handle); end != PointEnd::Measured) {
                return end;
            }
            heap_.dereference(handle, random_.below(size_));
            of(counts, HeapOperation::Dereference).add(heap_.references());
        }
        return PointEnd::Measured;
    }

    MeasuredHeap heap_;
    const PointPlan& plan_;
    Rng random_;
    const std::function<bool()>& goOn_;
    std::vector<std::uint64_t> handles_;
    std::uint64_t size_ = 0;
    std::uint64_t operations_ = 0;
};

PointPlan pointPlan(const CurvePlan& plan, CurveOver over, std::uint64_t at) {
    if (over == CurveOver::Size) {
        return {plan.blocksForSizes, at, at, plan.exchanges, plan.mostWork};
    }
    return {at, plan.leastBytes, plan.mostBytes, plan.exchanges, plan.mostWork};
}

/// One point in all its orders.
PointEnd measurePoint(const AllocatorSettings& settings,
                      const CurvePlan& plan,
                      const PointPlan& point,
                      const std::function<bool()>& goOn,
                      Counts& counts) {
    Rng seeds(plan.seed);
    for (std::uint64_t order = 0; order < plan.orders; ++order) {
        ExchangedHeap heap(settings, point, seeds.next(), goOn);
        if (const PointEnd end = heap.measure(counts); end != PointEnd::Measured) {
            return end;
        }
    }
    return PointEnd::Measured;
}

} // namespace

std::string_view nameOf(HeapOperation operation) {
    constexpr std::array<std::string_view, 3> names{"malloc", "free", "dereference"};
    return names.at(static_cast<std::size_t>(operation));
}

std::string_view nameOf(CurveOver over) {
    return over == CurveOver::Size ? "size" : "live_blocks";
}

std::optional<std::vector<ReferenceCurve>> measureCurves(const AllocatorSettings& settings,
                                                         const CurvePlan& plan,
                                                         const MeasureProgress& progress) {
    std::vector<ReferenceCurve> curves;
    for (const CurveOver over : {CurveOver::Size, CurveOver::LiveBlocks}) {
        const std::size_t first = curves.size();
        for (const auto operation :
             {HeapOperation::Malloc, HeapOperation::Free, HeapOperation::Dereference}) {
            curves.push_back({operation, over, {}});
        }
        for (const std::uint64_t at : over == CurveOver::Size ? plan.sizes : plan.liveBlocks) {
            const std::string what = std::string(nameOf(over)) + " " + std::to_string(at);
            const std::function<bool()> goOn = [&] { return !progress || progress(what); };
            Counts counts;
            const PointPlan point = pointPlan(plan, over, at);
            const PointEnd end = measurePoint(settings, plan, point, goOn, counts);
            if (end == PointEnd::Stopped || !goOn()) {
                return std::nullopt;
            }
            for (std::size_t i = 0; end == PointEnd::Measured && i < counts.size(); ++i) {
                curves[first + i].points.push_back({at, counts[i]});
            }
        }
    }
    return curves;
}

} // namespace fragscope
