#pragma once

#include "fragscope/alloc/heap.h"
#include "fragscope/base/rng.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fragscope::test {

enum class HeapLine : std::uint16_t { Next = 1 };

/// A random program of a heap and what came of it: the same on every backing.
struct HeapProgram {
    struct Live {
        VirtAddr address;
        ByteCount size;
    };

    std::uint64_t seed = 1;
    std::uint64_t operations = 100;
    std::uint64_t largest = 3000;     ///< bytes of most requests; some are ten times as large
    bool aligned = false;             ///< requests of a page or more begin at a page
    std::vector<std::uint64_t> log{}; ///< addresses given out, free areas seen
    std::vector<Live> live{};         ///< blocks in use at the end
    std::string wrong{};              ///< what the heap did that it may not
};

/// Visits all areas and writes down what it saw.
class AreaLog : public FreeAreaVisitor {
public:
    Steps visit(FreeArea area, bool& goOn) override {
        goOn = true;
        areas.push_back(area);
        co_return;
    }

    std::vector<FreeArea> areas;
};

inline bool overlap(const HeapProgram::Live& a, const HeapProgram::Live& b) {
    return a.address < b.address + b.size && b.address < a.address + a.size;
}

inline void noteBlock(HeapProgram& program, const HeapRequest& request) {
    const HeapProgram::Live made{request.address, request.size};
    program.log.push_back(made.address.value);
    if (made.address.value == 0) {
        return;
    }
    if (made.address.value % request.alignment.value != 0) {
        program.wrong += "misaligned ";
    }
    if (std::any_of(program.live.begin(), program.live.end(),
                    [&](const auto& each) { return overlap(each, made); })) {
        program.wrong += "overlap ";
    }
    program.live.push_back(made);
}

inline HeapRequest anyRequest(const HeapProgram& program, Rng& rng) {
    HeapRequest request{.size = ByteCount(rng.below(program.largest))};
    if (rng.below(8) == 0) {
        request.size = request.size * 10;
    }
    if (program.aligned && request.size.value >= pageBytes) {
        request.alignment = ByteCount(pageBytes);
    }
    return request;
}

/// Allocates, writes the ends of blocks, releases, visits and trims at random.
inline Steps runProgram(Heap& heap, Arena& arena, HeapProgram& program) {
    Rng rng(program.seed);
    for (std::uint64_t i = 0; i < program.operations; ++i) {
        co_yield HeapLine::Next;
        const std::uint64_t pick = rng.below(20);
        if (pick < 10 || program.live.empty()) {
            HeapRequest request = anyRequest(program, rng);
            co_await heap.allocate(request);
            noteBlock(program, request);
            if (request.address.value != 0 && request.size.value >= wordBytes) {
                co_await arena.store(request.address, i);
            }
        } else if (pick < 18) {
            const std::size_t victim = rng.below(program.live.size());
            HeapReturn block{program.live[victim].address};
            program.live.erase(program.live.begin() + static_cast<std::ptrdiff_t>(victim));
            co_await heap.release(block);
            program.log.push_back(block.merged.start.value);
            program.log.push_back(block.merged.length.value);
        } else if (pick == 18) {
            const ByteCount keep(rng.below(3) * pageBytes);
            co_await heap.trim(keep);
        } else {
            AreaLog visited;
            co_await heap.forEachFreeArea(arena.start(), visited);
            for (const FreeArea& area : visited.areas) {
                program.log.push_back(area.start.value);
                program.log.push_back(area.length.value);
            }
        }
    }
}

} // namespace fragscope::test
