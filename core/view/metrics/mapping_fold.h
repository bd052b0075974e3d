#pragma once

#include "fragscope/event/event.h"

#include <map>

namespace fragscope {

/// What mapping memory costs, as a fold of events: frames of page tables, and entries that map
/// pages. Kernel tables are left out.
class MappingFold {
public:
    void apply(const Event& event);

    [[nodiscard]] std::uint64_t tableFrames() const { return tableFrames_; }

    /// Present entries of 4 KiB pages and of 2 MiB pages.
    [[nodiscard]] std::uint64_t entries() const { return entries_; }

private:
    std::uint64_t tableFrames_ = 0;
    std::uint64_t entries_ = 0;
    std::map<std::uint32_t, std::uint64_t> own_; ///< entries by process
};

} // namespace fragscope
