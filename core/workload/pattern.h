#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/kernel/process.h"
#include "fragscope/workload/settings.h"

namespace fragscope {

/// The script with the accesses of Touch and Call one by one.
std::vector<ScriptedAccess> expanded(const std::vector<ScriptedAccess>& script);

/// Chooses the next access of a thread. The area may grow, shrink and move while it runs.
class AccessChooser {
public:
    AccessChooser(const Process& process,
                  const ProcessSettings& settings,
                  Rng& rng,
                  std::uint32_t thread = 0);

    struct Choice {
        VirtAddr address;
        bool write = false;
        const ScriptedAccess* call = nullptr; ///< no access but this element of the script
    };

    /// The n-th access, n from 0. `size` bytes are always inside one page.
    Choice next(std::uint64_t n);

    /// True if the n-th access went to the frame of a function.
    [[nodiscard]] bool wasOnStack(std::uint64_t n) const {
        return settings_.pattern == Pattern::Script && script_[n].base == OffsetBase::Rsp;
    }

    /// Accesses of this thread; 0 = no limit of its own.
    [[nodiscard]] std::uint64_t count() const;

private:
    [[nodiscard]] std::uint64_t offset(std::uint64_t n);
    [[nodiscard]] VirtAddr stackPointer() const;
    void followArea();

    const Process& process_;
    const ProcessSettings& settings_;
    Rng& rng_;
    std::uint32_t thread_;
    std::vector<ScriptedAccess> script_; ///< with the accesses of Touch and Call one by one
    std::uint64_t edits_ = ~0ULL;
    VirtAddr start_;
    std::uint64_t words_ = 1;
    std::uint64_t hotWords_ = 1;
};

} // namespace fragscope
