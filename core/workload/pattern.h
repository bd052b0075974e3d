#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/kernel/process.h"
#include "fragscope/workload/settings.h"

namespace fragscope {

/// Chooses the next access of a thread. The area may grow, shrink and move while it runs.
class AccessChooser {
public:
    AccessChooser(const Process& process, const ProcessSettings& settings, Rng& rng);

    struct Choice {
        VirtAddr address;
        bool write = false;
        const ScriptedAccess* call = nullptr; ///< no access but this element of the script
    };

    /// The n-th access, n from 0. `size` bytes are always inside one page.
    Choice next(std::uint64_t n);

    /// Accesses of this thread; 0 = no limit of its own.
    [[nodiscard]] std::uint64_t count() const;

private:
    [[nodiscard]] std::uint64_t offset(std::uint64_t n);
    void followArea();

    const Process& process_;
    const ProcessSettings& settings_;
    Rng& rng_;
    std::vector<ScriptedAccess> script_; ///< with the accesses of Touch one by one
    std::uint64_t edits_ = ~0ULL;
    VirtAddr start_;
    std::uint64_t words_ = 1;
    std::uint64_t hotWords_ = 1;
};

} // namespace fragscope
