#pragma once

#include "fragscope/mmu_vectors/vector_machine.h"

namespace fragscope::vectors {

/// One field that is not as the vector states.
struct Mismatch {
    std::string field; ///< "out", "cr2", "entry 0x1234", "step 3 out", ...
    std::string expected;
    std::string got;
};

struct CheckResult {
    std::vector<Mismatch> mismatches;
    std::vector<Mismatch> warnings; ///< differences in `soft` bits only
    /// For a sequence: per access the index of its outcome among the allowed ones, -1 if none.
    std::vector<int> outcomeIndices;
};

/// Sets up the machine, performs the vector and compares everything that it states.
CheckResult check(const Vector& vector, const TlbConfig& tlb = {}, WalkTrace* trace = nullptr);

} // namespace fragscope::vectors
