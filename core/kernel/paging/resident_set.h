#pragma once

#include "fragscope/kernel/paging/settings.h"
#include "fragscope/kernel/replacement/policy.h"

#include <map>
#include <memory>

namespace fragscope {

/// The pages that a replacement may take, in numbered slots, and the policy that chooses among
/// them. The side table of demand paging: what a present entry has no room for is kept here.
///
/// Invariants: (1) a slot holds one page or none; (2) at most as many pages as frames. Simplified:
/// kept beside the emulated memory.
class ResidentSet {
public:
    static constexpr std::uint64_t noSlot = ~0ULL;

    struct Resident {
        std::uint32_t process = 0; ///< 0 = the slot is empty
        PageNumber page{};
        std::uint64_t swapSlot = noSlot; ///< still holds what the page was when it was read from it
        std::uint64_t filePage = noSlot; ///< of a page of a file
        bool fresh = false; ///< just loaded: the access that wanted it was counted already
    };

    /// For `frames` pages (at least 1); `kind` is not None.
    ResidentSet(PageReplacement kind, std::size_t frames, std::uint64_t seed);

    [[nodiscard]] bool full() const { return places_.size() == slots_.size(); }

    [[nodiscard]] const std::vector<Resident>& residents() const { return slots_; }

    /// A page was loaded; the set must not be full.
    void add(const Resident& loaded);

    /// The page was used again.
    void used(std::uint32_t process, PageNumber page);

    /// The policy's choice, which leaves the set; the set must be full.
    Resident takeVictim();

    /// The page is no longer resident, or not for the policy to take; nothing if it was not in.
    Resident remove(std::uint32_t process, PageNumber page);

private:
    using Key = std::pair<std::uint32_t, std::uint64_t>;

    std::unique_ptr<replacement::Policy> policy_;
    std::vector<Resident> slots_;
    std::map<Key, replacement::Slot> places_;
};

} // namespace fragscope
