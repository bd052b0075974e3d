#pragma once

#include "fragscope/base/rng.h"

#include "alloc/support/allocator_bench.h"
#include "support/print.h"
#include <algorithm>
#include <map>

/// Random operations on an allocator, with all that must be true after each of them. Every function
/// returns a sentence of what is wrong, or nothing.
namespace fragscope::test {

struct AllocatorTrial {
    std::uint64_t seed = 1;
    std::uint64_t operations = 200;
    std::uint64_t largest = 600;  ///< bytes (units) of most requests; some are ten times as large
    std::uint64_t live = 40;      ///< blocks in use, about
    std::uint64_t alignment = 16; ///< of the address of every payload
    bool oneBlockEach = true;     ///< the picture has one used block for each block in use
    bool refusalKeeps = true;     ///< a refused request changes nothing, or it may compact
    bool oneFreeAtEnd = false;    ///< when all is freed, one free block is left
    std::set<std::uint16_t>* lines = nullptr; ///< lines of the listing that were reached go here
};

/// A random program on one bench, with the checks.
class AllocatorProgram {
public:
    AllocatorProgram(const AllocatorSettings& settings, const AllocatorTrial& trial)
        : bench_(settings), trial_(trial), unit_(settings.unit), rng_(trial.seed) {}

    std::string run() {
        std::string wrong;
        for (std::uint64_t i = 0; i < trial_.operations && wrong.empty(); ++i) {
            operation();
            wrong = verdict();
            if (!wrong.empty()) {
                wrong += " (seed " + std::to_string(trial_.seed) + ", operation " +
                         std::to_string(i) + ")";
            }
        }
        return wrong.empty() ? atEnd() : wrong;
    }

    /// Nothing but operations, for trials that damage the heap afterwards.
    void runUnchecked() {
        for (std::uint64_t i = 0; i < trial_.operations; ++i) {
            operation();
        }
    }

    AllocatorBench& bench() { return bench_; }

    void operation() {
        const std::uint64_t pick = rng_.below(100);
        const bool more = live_.size() < trial_.live;
        if (pick < 4) {
            bench_.renew();
        } else if (pick < 10) {
            scribble();
        } else if (live_.empty() || rng_.below(100) < (more ? 70U : 30U)) {
            take(anySize());
        } else {
            giveAny();
        }
    }

private:
    struct Block {
        std::uint64_t bytes;
        std::uint8_t stamp;
    };

    std::uint64_t anySize() {
        const std::uint64_t pick = rng_.below(20);
        if (pick == 0) {
            return rng_.below(10 * trial_.largest);
        }
        return rng_.below((pick < 8 ? trial_.largest / 8 : trial_.largest) + 1);
    }

    void take(std::uint64_t size) {
        const std::uint64_t before = bench_.footprint();
        const std::uint64_t handle = bench_.take(size);
        if (handle == AllocatorBench::refused) {
            note(trial_.refusalKeeps && bench_.footprint() != before,
                 "a refused request changed the footprint");
            return;
        }
        const auto stamp = static_cast<std::uint8_t>(rng_.below(256));
        note(!live_.emplace(handle, Block{size * unit_, stamp}).second, "a handle is in use twice");
        const std::uint64_t at = bench_.addressOf(handle);
        forEachStamped(size * unit_, [&](std::uint64_t i) { bench_.poke(at + i, stamp); });
    }

    void giveAny() {
        auto victim = live_.begin();
        std::advance(victim, static_cast<std::ptrdiff_t>(rng_.below(live_.size())));
        const std::uint64_t handle = victim->first;
        note(!isIntact(handle, victim->second), "the bytes of a block are not those written");
        live_.erase(victim);
        bench_.give(handle);
    }

    /// Garbage in all free areas: the allocator must not mind.
    void scribble() {
        for (const FreeArea& area : bench_.freeAreas()) {
            forEachStamped(area.length.value, [&](std::uint64_t i) {
                bench_.poke(area.start.value + i, static_cast<std::uint8_t>(rng_.below(256)));
            });
        }
    }

    /// The bytes that are written: the first and last 100 of a block.
    template <class Functor> static void forEachStamped(std::uint64_t bytes, const Functor& f) {
        constexpr std::uint64_t ends = 100;
        for (std::uint64_t i = 0; i < bytes; ++i) {
            if (i == ends && bytes > 2 * ends) {
                i = bytes - ends;
            }
            f(i);
        }
    }

    bool isIntact(std::uint64_t handle, const Block& block) {
        const std::uint64_t at = bench_.addressOf(handle);
        bool same = true;
        forEachStamped(block.bytes,
                       [&](std::uint64_t i) { same = same && bench_.peek(at + i) == block.stamp; });
        return same;
    }

    // ---- checks ----
    std::string verdict() {
        checkBlocks();
        checkPicture();
        checkAreas();
        note(!bench_.wrong.empty(), bench_.wrong);
        note(!bench_.log.wrong.empty(), bench_.log.wrong);
        return wrong_;
    }

    /// Payloads by address: aligned, inside, disjoint, with what was written to them.
    void checkBlocks() {
        payloads_.clear();
        for (const auto& [handle, block] : live_) {
            const std::uint64_t at = bench_.addressOf(handle);
            payloads_.emplace(at, at + block.bytes);
            note(at % trial_.alignment != 0, "a payload is not aligned");
            note(!isIntact(handle, block), "the bytes of a block are not those written");
        }
        std::uint64_t end = bench_.extent().start;
        for (const auto& [from, to] : payloads_) {
            note(from < end, "payloads overlap");
            end = to;
        }
        note(end > bench_.extent().end, "a payload ends outside the heap");
    }

    void checkPicture() {
        const HeapPicture heap = bench_.picture();
        note(!heap.whole(), "the picture says: " + std::string(heap.fault));
        std::uint64_t end = bench_.extent().start;
        std::size_t used = 0;
        std::size_t covered = 0;
        for (const HeapBlock& block : heap.blocks) {
            note(block.start.value != end, "blocks do not tile the heap");
            end = (block.start + block.length).value;
            used += block.used ? 1U : 0U;
            const std::size_t inside = payloadsIn(block);
            covered += block.used ? inside : 0U;
            note(trial_.oneBlockEach && inside > 1, "two payloads in one block");
        }
        note(end != bench_.extent().end, "blocks do not end where the heap ends");
        note(covered != live_.size(), "a payload in no used block");
        note(trial_.oneBlockEach && used != live_.size(), "used blocks that nobody has");
    }

    [[nodiscard]] std::size_t payloadsIn(const HeapBlock& block) const {
        std::size_t inside = 0;
        const std::uint64_t end = (block.start + block.length).value;
        for (auto each = payloads_.lower_bound(block.start.value);
             each != payloads_.end() && each->first < end; ++each) {
            inside += each->second <= end ? 1U : 0U;
        }
        return inside;
    }

    /// By address, disjoint, inside, and no payload in them.
    void checkAreas() {
        std::uint64_t end = bench_.extent().start;
        for (const FreeArea& area : bench_.freeAreas()) {
            note(area.start.value < end, "free areas overlap or are not in order");
            end = area.end().value;
            const auto behind = payloads_.lower_bound(area.start.value);
            note(behind != payloads_.end() && behind->first < end, "a payload in a free area");
            note(behind != payloads_.begin() && std::prev(behind)->second > area.start.value,
                 "a free area in a payload");
        }
        note(end > bench_.extent().end, "a free area ends outside the heap");
    }

    /// All is given back; both memories hold the same bytes.
    std::string atEnd() {
        while (!live_.empty() && wrong_.empty()) {
            giveAny();
            (void)verdict();
        }
        if (trial_.lines != nullptr) {
            trial_.lines->insert(bench_.log.lines.begin(), bench_.log.lines.end());
        }
        std::size_t free = 0;
        for (const HeapBlock& block : bench_.picture().blocks) {
            free += block.books ? 0U : 1U;
        }
        note(trial_.oneFreeAtEnd && free > 1, "more than one free block is left at the end");
        for (std::uint64_t at = bench_.extent().start; at + 8 <= bench_.extent().end; at += 8) {
            note(bench_.flat.load(at) != bench_.word(at), "the two memories differ at the end");
        }
        return wrong_.empty() ? wrong_ : wrong_ + " (seed " + std::to_string(trial_.seed) + ")";
    }

    /// Keeps the first thing that is wrong.
    void note(bool wrong, const std::string& what) {
        if (wrong && wrong_.empty()) {
            wrong_ = what;
        }
    }

    AllocatorBench bench_;
    AllocatorTrial trial_;
    std::uint64_t unit_;
    Rng rng_;
    std::map<std::uint64_t, Block> live_;               ///< by handle
    std::map<std::uint64_t, std::uint64_t> payloads_{}; ///< from and to
    std::string wrong_;
};

/// Random programs with the seeds trial.seed, trial.seed + 1, ...
inline std::string
checkAllocator(const AllocatorSettings& settings, AllocatorTrial trial, std::uint64_t programs) {
    for (std::uint64_t i = 0; i < programs; ++i, ++trial.seed) {
        AllocatorProgram program(settings, trial);
        if (auto wrong = program.run(); !wrong.empty()) {
            return wrong;
        }
    }
    return {};
}

/// What somebody writes over a word of the heap: noise, a small number, an address of the heap, a
/// bit more or less.
inline std::uint64_t strayWord(Rng& rng, std::uint64_t was, const HeapExtent& extent) {
    switch (rng.below(4)) {
    case 0:
        return rng.next();
    case 1:
        return rng.below(4096);
    case 2:
        return extent.start + rng.below((extent.end - extent.start) / 8) * 8;
    default:
        return was ^ (std::uint64_t{1} << rng.below(64));
    }
}

/// Damages heaps at random and goes on: an operation may throw HeapDamaged and nothing else; it
/// must end, and so must the picture. Returns how many heaps were seen to be damaged.
inline std::uint64_t
damageAllocator(const AllocatorSettings& settings, AllocatorTrial trial, std::uint64_t programs) {
    std::uint64_t noticed = 0;
    for (std::uint64_t i = 0; i < programs; ++i, ++trial.seed) {
        AllocatorProgram program(settings, trial);
        program.runUnchecked();
        AllocatorBench& bench = program.bench();
        Rng rng(trial.seed);
        for (int strays = 0; strays < 4; ++strays) {
            const HeapExtent extent = bench.extent();
            const std::uint64_t at =
                extent.start + rng.below(std::min<std::uint64_t>(extent.end - extent.start,
                                                                 bench.footprint() + 64) /
                                         8) *
                                   8;
            bench.overwrite(at, strayWord(rng, bench.word(at), extent));
        }
        bool damaged = !bench.picture().whole();
        try {
            program.runUnchecked();
        } catch (const HeapDamaged&) {
            damaged = true;
        }
        (void)bench.picture();
        noticed += damaged ? 1U : 0U;
    }
    return noticed;
}

} // namespace fragscope::test
