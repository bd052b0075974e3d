#include "fragscope/experiment/order_variation.h"

#include "fragscope/base/rng.h"
#include "fragscope/experiment/measured_heap.h"

#include <algorithm>

namespace fragscope {

namespace {

/// The objects of one order on their way through one heap.
class OrderRun {
public:
    OrderRun(const AllocatorSettings& settings, const OrderPlan& plan)
        : settings_(settings), plan_(plan), heap_(settings),
          handles_(plan.kept + plan.others, Allocator::refused), begun_(handles_.size()) {}

    OrderResult run(const std::vector<std::uint64_t>& order) {
        for (const std::uint64_t object : order) {
            if (!begun_[object]) {
                begin(object);
            } else if (handles_[object] != Allocator::refused) {
                heap_.release(handles_[object]);
                handles_[object] = Allocator::refused;
                result_.free.add(heap_.references());
            }
        }
        predict();
        result_.furtherRequests =
            furtherRequests(heap_.allocator(), plan_.request, plan_.mostRequests);
        return result_;
    }

private:
    [[nodiscard]] std::uint64_t sizeOf(std::uint64_t object) const {
        return plan_.sizes[object % plan_.sizes.size()];
    }

    void begin(std::uint64_t object) {
        begun_[object] = true;
        handles_[object] = heap_.allocate(sizeOf(object));
        if (handles_[object] == Allocator::refused) {
            ++result_.refused;
        } else {
            result_.malloc.add(heap_.references());
        }
    }

    void predict() {
        std::vector<std::uint64_t> sizes;
        for (std::uint64_t object = 0; object < handles_.size(); ++object) {
            if (handles_[object] != Allocator::refused) {
                sizes.push_back(sizeOf(object));
            }
        }
        if (settings_.kind == AllocatorKind::CompactFit) {
            result_.predicted = compactFitFurther(settings_, heap_.plan(),
                                                  compactFitLive(settings_, sizes), plan_.request);
        }
    }

    AllocatorSettings settings_;
    const OrderPlan& plan_;
    MeasuredHeap heap_;
    std::vector<std::uint64_t> handles_;
    std::vector<bool> begun_;
    OrderResult result_;
};

} // namespace

std::vector<std::uint64_t> randomOrder(const OrderPlan& plan, std::uint64_t seed) {
    std::vector<std::uint64_t> order;
    for (std::uint64_t object = 0; object < plan.kept + plan.others; ++object) {
        order.insert(order.end(), object < plan.kept ? 1U : 2U, object);
    }
    Rng random(seed);
    for (std::size_t left = order.size(); left > 1; --left) {
        std::swap(order[left - 1], order[random.below(left)]);
    }
    return order;
}

std::optional<std::vector<OrderResult>> measureOrders(const AllocatorSettings& settings,
                                                      const OrderPlan& plan,
                                                      const std::function<bool()>& goOn) {
    AllocatorSettings fixed = settings;
    fixed.heapSize = plan.heapBytes;
    fixed.heapLimit = plan.heapBytes;
    std::vector<OrderResult> results;
    Rng seeds(plan.seed);
    for (std::uint64_t order = 0; order < plan.orders; ++order) {
        if (goOn && !goOn()) {
            return std::nullopt;
        }
        results.push_back(OrderRun(fixed, plan).run(randomOrder(plan, seeds.next())));
    }
    return results;
}

Variation variationOf(std::span<const OrderResult> results,
                      const std::function<std::uint64_t(const OrderResult&)>& quantity) {
    if (results.empty()) {
        return {};
    }
    Variation variation{~std::uint64_t{0}, 0, 0};
    std::uint64_t sum = 0;
    for (const OrderResult& result : results) {
        const std::uint64_t value = quantity(result);
        variation.min = std::min(variation.min, value);
        variation.max = std::max(variation.max, value);
        sum += value;
    }
    variation.mean = static_cast<double>(sum) / static_cast<double>(results.size());
    return variation;
}

} // namespace fragscope
