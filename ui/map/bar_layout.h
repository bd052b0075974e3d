#pragma once

#include "fragscope/kernel/layout.h"

#include <QRectF>

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

/// A piece of address space as a bar: entry of the map, and where it lies on the surface.
struct Bar {
    Extent extent;
    double left = 0;
    double width = 0;

    [[nodiscard]] bool contains(std::uint64_t vaddr) const {
        return vaddr >= extent.start && vaddr - extent.start < extent.length;
    }
};

/// How the entries of a memory map lie side by side: in proportion to their lengths, but none
/// narrower than `smallest` (entry E must be seen). Pure arithmetic, tested without a display.
class BarLayout {
public:
    BarLayout() = default;
    BarLayout(const std::vector<Extent>& extents, double left, double width, double smallest);

    [[nodiscard]] const std::vector<Bar>& bars() const { return bars_; }

    /// Where an address lies, if an entry covers it.
    [[nodiscard]] std::optional<double> xOf(std::uint64_t vaddr) const;

    /// The address at a place, if a bar is there.
    [[nodiscard]] std::optional<std::uint64_t> addressAt(double x) const;

private:
    std::vector<Bar> bars_;
};

} // namespace fragscope
