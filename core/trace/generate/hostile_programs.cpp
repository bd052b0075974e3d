#include "fragscope/trace/generate/programs.h"

#include <algorithm>
#include <bit>

namespace fragscope {

void makeEveryOther(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    static_cast<void>(rng); // nothing is left to chance
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    while (!maker.full()) {
        for (std::uint64_t n = 0; n < settings.live; ++n) {
            small.push_back(maker.allocate(settings.smallest));
        }
        for (std::size_t n = 1; n < small.size(); n += 2) {
            maker.free(small[n]);
        }
        const std::uint64_t size = std::min(2 * settings.smallest, largestTraceSize);
        for (std::size_t n = 0; n < small.size() / 4; ++n) {
            large.push_back(maker.allocate(size));
        }
        for (std::size_t n = 0; n < small.size(); n += 2) {
            maker.free(small[n]);
        }
        for (const std::uint32_t id : large) {
            maker.free(id);
        }
        small.clear();
        large.clear();
    }
}

void makeClassCrossing(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    struct Block {
        std::uint32_t id = 0;
        std::uint64_t boundary = 0; ///< a power of two
        bool above = false;
    };

    // Powers of two from min to max; if there is none between them, the one below both.
    const auto last = static_cast<unsigned>(std::bit_width(settings.largest)) - 1;
    const auto first = std::min(static_cast<unsigned>(std::bit_width(settings.smallest - 1)), last);
    std::vector<Block> blocks(settings.live);
    while (!maker.full()) {
        Block& block = blocks[rng.below(blocks.size())];
        if (block.id == 0) {
            block.boundary = 1ULL << (first + rng.below(last - first + 1));
            block.above = false;
            block.id = maker.allocate(block.boundary);
        } else if (rng.below(8) == 0) {
            maker.free(block.id);
            block = {};
        } else {
            block.above = !block.above;
            const std::uint64_t size = block.boundary + (block.above ? 1U : 0U);
            block.id = maker.reallocate(block.id, std::min(size, largestTraceSize));
        }
    }
}

namespace {

/// One round of Robson's program. The units are `smallest` bytes; `budget` of them are live at
/// most.
class RobsonRound {
public:
    RobsonRound(TraceMaker& maker, const GeneratorSettings& settings)
        : maker_(maker), unit_(settings.smallest), budget_(settings.live) {}

    void run(std::uint64_t largest) {
        allocate(1);
        for (std::uint64_t period = 2; period * unit_ <= largest; period *= 2) {
            keepOneIn(period);
            allocate(period);
        }
        for (const Block& block : blocks_) {
            maker_.free(block.id);
        }
    }

private:
    struct Block {
        std::uint32_t id = 0;
        std::uint64_t address = 0; ///< where it lies if every request goes to fresh memory, units
        std::uint64_t size = 0;    ///< units, at most half a period
    };

    /// Frees all blocks but those at multiples of the period: no hole is then a whole period.
    void keepOneIn(std::uint64_t period) {
        std::erase_if(blocks_, [&](const Block& block) {
            if (block.address % period == 0) {
                return false;
            }
            maker_.free(block.id);
            used_ -= block.size;
            return true;
        });
    }

    void allocate(std::uint64_t size) {
        top_ = (top_ + size - 1) / size * size;
        while (used_ + size <= budget_ && !maker_.full()) {
            blocks_.push_back({maker_.allocate(size * unit_), top_, size});
            top_ += size;
            used_ += size;
        }
    }

    TraceMaker& maker_;
    std::uint64_t unit_;
    std::uint64_t budget_;
    std::vector<Block> blocks_;
    std::uint64_t used_ = 0;
    std::uint64_t top_ = 0;
};

} // namespace

void makeRobson(TraceMaker& maker, const GeneratorSettings& settings, Rng& rng) {
    static_cast<void>(rng); // nothing is left to chance
    while (!maker.full()) {
        RobsonRound(maker, settings).run(settings.largest);
    }
}

} // namespace fragscope
