#pragma once

#include "fragscope/alloc/arena.h"
#include "fragscope/alloc/arena_reader.h"
#include "fragscope/base/check.h"

#include <vector>

namespace fragscope {

/// An arena in one buffer, without pages and faults: for experiments of millions of operations.
/// Gives the same addresses and results as an arena in virtual memory. Words beyond its end keep
/// their value until they are inside again, except that `clear` makes them zero.
class FlatArena : public Arena, public ArenaReader {
public:
    using Arena::Arena;

    [[nodiscard]] std::uint64_t word(VirtAddr at) const override {
        const std::size_t index = indexOf(at);
        return index < words_.size() ? words_[index] : 0;
    }

    /// As pages given back and touched again: [from, to) reads zero.
    void clear(VirtAddr from, VirtAddr to) {
        for (VirtAddr at = from; at < to; at += ByteCount(wordBytes)) {
            if (indexOf(at) < words_.size()) {
                words_[indexOf(at)] = 0;
            }
        }
    }

protected:
    bool tryWord(Task&, ArenaWord& word) override {
        FRAGSCOPE_CHECK(word.at >= start() && word.at < end(), "a word outside the arena");
        const std::size_t index = indexOf(word.at);
        if (index >= words_.size()) {
            words_.resize((end() - start()).value / wordBytes);
        }
        const std::uint64_t shift = word.at.value % wordBytes * 8;
        const std::uint64_t mask = ~0ULL >> (64 - 8 * word.bytes);
        if (word.write) {
            words_[index] = (words_[index] & ~(mask << shift)) | (word.value & mask) << shift;
        } else {
            word.value = words_[index] >> shift & mask;
        }
        return true;
    }

    void waitFor(Task&, Steps::Handle) override {}

    void finish(ArenaWord&) override {}

private:
    [[nodiscard]] std::size_t indexOf(VirtAddr at) const {
        return (at - start()).value / wordBytes;
    }

    std::vector<std::uint64_t> words_;
};

} // namespace fragscope
