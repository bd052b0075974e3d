#pragma once

#include <cstdint>

namespace fragscope {

/// Where a heap keeps its books: a run of 64-bit words. In the machine they are the kernel's own
/// words in emulated memory; in tests an array.
class WordStore {
public:
    virtual ~WordStore() = default;

    /// The word number `index`.
    [[nodiscard]] virtual std::uint64_t load(std::uint64_t index) const = 0;
    virtual void store(std::uint64_t index, std::uint64_t value) = 0;
};

} // namespace fragscope
