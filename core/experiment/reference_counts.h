#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace fragscope {

/// How many operations made between `from` and `to` references.
struct ReferenceBucket {
    std::uint64_t from = 0;
    std::uint64_t to = 0; ///< inclusive
    std::uint64_t operations = 0;

    friend bool operator==(const ReferenceBucket&, const ReferenceBucket&) = default;
};

/// References to memory of a number of operations: their exact distribution.
class ReferenceCounts {
public:
    void add(std::uint64_t references) {
        ++counts_[references];
        ++operations_;
        sum_ += references;
    }

    void add(const ReferenceCounts& others);

    [[nodiscard]] std::uint64_t operations() const { return operations_; }

    // ---- of no operations: 0 ----
    /// The worst case.
    [[nodiscard]] std::uint64_t most() const;
    [[nodiscard]] double mean() const;

    /// The lower one of two.
    [[nodiscard]] std::uint64_t median() const;

    /// The histogram in buckets 0, 1, 2 to 3, 4 to 7, and so on, from the first to the last that
    /// has an operation.
    [[nodiscard]] std::vector<ReferenceBucket> buckets() const;

private:
    std::map<std::uint64_t, std::uint64_t> counts_; ///< operations by references
    std::uint64_t operations_ = 0;
    std::uint64_t sum_ = 0;
};

} // namespace fragscope
