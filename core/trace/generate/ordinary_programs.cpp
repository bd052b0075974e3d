#include "fragscope/trace/generate/distributions.h"
#include "fragscope/trace/generate/programs.h"

#include <queue>

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

namespace fragscope {

namespace {

using Ids = std::vector<std::uint32_t>;

/// Removes a block chosen at random.
std::uint32_t takeRandom(Ids& ids, Rng& rng) {
    std::swap(ids[rng.below(ids.size())], ids.back());
    const std::uint32_t id = ids.back();
    ids.pop_back();
    return id;
}

} // namespace

void makeRandom(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    using Death = std::pair<std::uint64_t, std::uint32_t>; // after so many allocations, id
    std::priority_queue<Death, std::vector<Death>, std::greater<>> deaths;
    const SizeSource sizes(settings);
    const LifetimeSource lifetimes(settings);
    for (std::uint64_t now = 0; !maker.full(); ++now) {
        while (!deaths.empty() && deaths.top().first <= now) {
            maker.free(deaths.top().second);
            deaths.pop();
        }
        const std::uint32_t id = maker.allocate(sizes.draw(rng));
        deaths.emplace(now + lifetimes.draw(rng), id);
    }
}

void makeFifo(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    const SizeSource sizes(settings);
    std::deque<std::uint32_t> queue;
    while (!maker.full()) {
        if (queue.size() == settings.live) {
            maker.free(queue.front());
            queue.pop_front();
        }
        queue.push_back(maker.allocate(sizes.draw(rng)));
    }
}

void makeLifo(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    const SizeSource sizes(settings);
    Ids stack;
    while (!maker.full()) {
        const std::uint64_t high = stack.size() + 1 + rng.below(settings.live - stack.size());
        while (stack.size() < high) {
            stack.push_back(maker.allocate(sizes.draw(rng)));
        }
        const std::uint64_t low = rng.below(stack.size());
        while (stack.size() > low) {
            maker.free(stack.back());
            stack.pop_back();
        }
    }
}

void makeRamp(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    const SizeSource sizes(settings);
    Ids ids;
    while (!maker.full()) {
        while (ids.size() < settings.live) {
            ids.push_back(maker.allocate(sizes.draw(rng)));
        }
        while (!ids.empty()) {
            maker.free(takeRandom(ids, rng));
        }
    }
}

void makePhases(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    constexpr std::uint64_t bands = 4;
    const std::uint64_t length =
        settings.phase != 0 ? settings.phase : std::max<std::uint64_t>(settings.operations / 8, 1);
    const std::uint64_t width = (settings.largest - settings.smallest) / bands;
    std::deque<std::uint32_t> survivors;
    Ids ids;
    for (std::uint64_t phase = 0; !maker.full(); ++phase) {
        const std::uint64_t from = settings.smallest + phase % bands * width;
        for (std::uint64_t n = 0; n < length && !maker.full(); ++n) {
            const bool allocates = ids.empty() || rng.below(2 * settings.live) >= ids.size();
            if (allocates) {
                ids.push_back(maker.allocate(from + rng.below(width + 1)));
            } else {
                maker.free(takeRandom(ids, rng));
            }
        }
        while (!ids.empty()) {
            const std::uint32_t id = takeRandom(ids, rng);
            if (rng.below(100) < settings.survivors) {
                survivors.push_back(id);
            } else {
                maker.free(id);
            }
        }
        while (survivors.size() > settings.live) {
            maker.free(survivors.front());
            survivors.pop_front();
        }
    }
}

void makeGrowing(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    struct Buffer {
        std::uint32_t id = 0;
        std::uint64_t size = 0;
    };

    std::vector<Buffer> buffers(settings.live);
    while (!maker.full()) {
        Buffer& buffer = buffers[rng.below(buffers.size())];
        const std::uint64_t grown = buffer.size + buffer.size / 2 + 1;
        if (buffer.size == 0) {
            buffer = {maker.allocate(settings.smallest), settings.smallest};
        } else if (grown <= settings.largest) {
            buffer = {maker.reallocate(buffer.id, grown), grown};
        } else {
            maker.free(buffer.id);
            buffer = {};
        }
    }
}

} // namespace fragscope
