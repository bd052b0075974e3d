#include "fragscope/experiment/reference_curves.h"

#include "fragscope/base/rng.h"
#include "fragscope/experiment/measured_heap.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

constexpr std::uint64_t operationsPerCall = 1024; ///< of the progress function
constexpr std::uint64_t longestBurst = 16;

enum class PointEnd : std::uint8_t { Measured, LeftOut, Stopped };

/// What one point is about.
struct PointPlan {
    std::uint64_t live = 0;
    std::uint64_t longestBurst = 1;
    std::uint64_t leastBytes = 0;
    std::uint64_t mostBytes = 0;
    std::uint64_t exchanges = 0;
    std::uint64_t mostWork = 0;
};

/// What was counted at one point.
struct PointCounts {
    std::array<ReferenceCounts, 3> references; ///< by HeapOperation
    std::uint64_t freeBlocks = 0;              ///< sum over the orders

    ReferenceCounts& of(HeapOperation operation) {
        return references.at(static_cast<std::size_t>(operation));
    }
};

/// One heap in a steady state.
class ExchangedHeap {
public:
    ExchangedHeap(const AllocatorSettings& settings,
                  const PointPlan& plan,
                  std::uint64_t seed,
                  const std::function<bool()>& goOn)
        : heap_(settings), plan_(plan), random_(seed), goOn_(goOn) {}

    PointEnd measure(PointCounts& counts) {
        for (std::uint64_t i = 0; i < plan_.live; ++i) {
            handles_.push_back(heap_.allocate(drawSize()));
            if (const PointEnd end = state(handles_.back()); end != PointEnd::Measured) {
                return end;
            }
        }
        PointCounts ignored;
        const PointEnd end = exchange(plan_.live, ignored);
        if (end != PointEnd::Measured) {
            return end;
        }
        counts.freeBlocks += heap_.freeBlocks();
        return exchange(plan_.exchanges, counts);
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

    /// Bursts of so many blocks in all.
    PointEnd exchange(std::uint64_t blocks, PointCounts& counts) {
        while (blocks != 0) {
            const std::uint64_t most = std::min(blocks, plan_.longestBurst);
            const std::uint64_t burst = 1 + random_.below(most);
            chooseLast(burst);
            for (std::uint64_t i = plan_.live - burst; i < plan_.live; ++i) {
                heap_.release(handles_[i]);
                counts.of(HeapOperation::Free).add(heap_.references());
            }
            for (std::uint64_t i = plan_.live - burst; i < plan_.live; ++i) {
                if (const PointEnd end = allocate(handles_[i], counts); end != PointEnd::Measured) {
                    return end;
                }
            }
            blocks -= burst;
        }
        return PointEnd::Measured;
    }

    /// Random ones of all handles come to the end.
    void chooseLast(std::uint64_t burst) {
        for (std::uint64_t left = plan_.live; left > plan_.live - burst; --left) {
            std::swap(handles_[left - 1], handles_[random_.below(left)]);
        }
    }

    PointEnd allocate(std::uint64_t& handle, PointCounts& counts) {
        handle = heap_.allocate(drawSize());
        counts.of(HeapOperation::Malloc).add(heap_.references());
        if (const PointEnd end = state(handle); end != PointEnd::Measured) {
            return end;
        }
        heap_.dereference(handle, random_.below(size_));
        counts.of(HeapOperation::Dereference).add(heap_.references());
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
        const std::uint64_t blocks = plan.blocksForSizes;
        return {blocks, (blocks + 1) / 2, at, at, plan.exchanges, plan.mostWork};
    }
    const std::uint64_t burst = std::min(longestBurst, (at + 1) / 2);
    return {at, burst, plan.leastBytes, plan.mostBytes, plan.exchanges, plan.mostWork};
}

/// One point in all its orders.
PointEnd measurePoint(const AllocatorSettings& settings,
                      const CurvePlan& plan,
                      const PointPlan& point,
                      const std::function<bool()>& goOn,
                      PointCounts& counts) {
    Rng seeds(plan.seed);
    for (std::uint64_t order = 0; order < plan.orders; ++order) {
        ExchangedHeap heap(settings, point, seeds.next(), goOn);
        if (const PointEnd end = heap.measure(counts); end != PointEnd::Measured) {
            return end;
        }
    }
    return PointEnd::Measured;
}

std::vector<ReferenceCurve> emptyCurves() {
    std::vector<ReferenceCurve> curves;
    for (const auto over : {CurveOver::Size, CurveOver::LiveBlocks, CurveOver::FreeBlocks}) {
        for (const auto operation :
             {HeapOperation::Malloc, HeapOperation::Free, HeapOperation::Dereference}) {
            curves.push_back({operation, over, {}});
        }
    }
    return curves;
}

void addPoint(std::vector<ReferenceCurve>& curves,
              CurveOver over,
              std::uint64_t at,
              PointCounts& counts) {
    for (ReferenceCurve& curve : curves) {
        if (curve.over == over) {
            curve.points.push_back({at, counts.of(curve.operation)});
        }
    }
}

} // namespace

std::string_view nameOf(HeapOperation operation) {
    constexpr std::array<std::string_view, 3> names{"malloc", "free", "dereference"};
    return names.at(static_cast<std::size_t>(operation));
}

std::string_view nameOf(CurveOver over) {
    constexpr std::array<std::string_view, 3> names{"size", "live_blocks", "free_blocks"};
    return names.at(static_cast<std::size_t>(over));
}

std::optional<std::vector<ReferenceCurve>> measureCurves(const AllocatorSettings& settings,
                                                         const CurvePlan& plan,
                                                         const MeasureProgress& progress) {
    std::vector<ReferenceCurve> curves = emptyCurves();
    for (const CurveOver over : {CurveOver::Size, CurveOver::LiveBlocks}) {
        for (const std::uint64_t at : over == CurveOver::Size ? plan.sizes : plan.liveBlocks) {
            const std::string what = std::string(nameOf(over)) + " " + std::to_string(at);
            const std::function<bool()> goOn = [&] { return !progress || progress(what); };
            PointCounts counts;
            const PointPlan point = pointPlan(plan, over, at);
            const PointEnd end = measurePoint(settings, plan, point, goOn, counts);
            if (end == PointEnd::Stopped || !goOn()) {
                return std::nullopt;
            }
            if (end == PointEnd::Measured) {
                addPoint(curves, over, at, counts);
                if (over == CurveOver::LiveBlocks) {
                    const std::uint64_t free = (counts.freeBlocks + plan.orders - 1) / plan.orders;
                    addPoint(curves, CurveOver::FreeBlocks, std::max<std::uint64_t>(free, 1),
                             counts);
                }
            }
        }
    }
    for (ReferenceCurve& curve : curves) {
        std::stable_sort(curve.points.begin(), curve.points.end(),
                         [](const CurvePoint& a, const CurvePoint& b) { return a.at < b.at; });
    }
    return curves;
}

} // namespace fragscope
