#include "fragscope/mmu_vectors/vector.h"

#include <fmt/format.h>

namespace fragscope::vectors {

std::string text(const Outcome& outcome) {
    if (outcome.ok) {
        return fmt::format("ok {:#x}", outcome.paddr.value);
    }
    if (outcome.exception == 14) {
        return fmt::format("exception 14 error {:#x} cr2 {:#x}", outcome.errorCode,
                           outcome.cr2.value);
    }
    return fmt::format("exception {} error {:#x}", outcome.exception, outcome.errorCode);
}

} // namespace fragscope::vectors
