#include "fragscope/task/choice.h"

#include <algorithm>

namespace fragscope {

std::uint64_t Choices::choose(std::uint64_t n, std::string_view) {
    const std::size_t position = made_.size();
    const std::uint64_t choice =
        position < replayed_.size() ? std::min(replayed_[position], n - 1) : rng_.below(n);
    made_.push_back(choice);
    return choice;
}

} // namespace fragscope
