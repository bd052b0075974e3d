#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace fragscope {

/// Copies of a state that is folded from events (it has `nextSeq`), about equally far apart.
/// With more than `most` of them every second one goes and the spacing doubles; the first stays.
template <class State> class Keyframes {
public:
    Keyframes(State first, std::uint64_t spacing, std::size_t most)
        : spacing_(spacing), most_(most) {
        frames_.push_back(std::move(first));
    }

    [[nodiscard]] std::size_t size() const { return frames_.size(); }

    [[nodiscard]] std::uint64_t first() const { return frames_.front().nextSeq; }

    /// Keeps a copy if the last one is far enough before.
    void offer(const State& state) {
        if (state.nextSeq >= frames_.back().nextSeq + spacing_) {
            frames_.push_back(state);
            if (frames_.size() > most_) {
                thin();
            }
        }
    }

    /// The last one at or before `seq`, which must not be before first().
    [[nodiscard]] const State& before(std::uint64_t seq) const {
        auto frame = frames_.rbegin();
        while (frame->nextSeq > seq) {
            ++frame;
        }
        return *frame;
    }

    /// Forgets all before `seq`, but for the last one at or before it.
    void forgetBefore(std::uint64_t seq) {
        while (frames_.size() > 1 && frames_[1].nextSeq <= seq) {
            frames_.erase(frames_.begin());
        }
    }

private:
    void thin() {
        spacing_ *= 2;
        std::vector<State> kept;
        for (State& frame : frames_) {
            if (kept.empty() || frame.nextSeq >= kept.back().nextSeq + spacing_) {
                kept.push_back(std::move(frame));
            }
        }
        frames_ = std::move(kept);
    }

    std::uint64_t spacing_;
    std::size_t most_;
    std::vector<State> frames_;
};

} // namespace fragscope
