#include "fragscope/ui/map/page_strip.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fragscope {

namespace {

constexpr double cellWidth = 12;  ///< from which on each page has a cell of its own
constexpr double columnWidth = 3; ///< least width of what is told apart
constexpr std::uint64_t longestGap = 16;

/// The state of most of the pages; the lower number of two that are as frequent.
std::uint8_t usualState(const PageStates& states, std::uint64_t first, std::uint64_t count) {
    std::array<std::uint64_t, 2 * pageStateCount> found{};
    auto table = std::lower_bound(states->begin(), states->end(), first,
                                  [](const auto& each, std::uint64_t page) {
                                      return each->first.value + StateTable::pages <= page;
                                  });
    std::uint64_t described = 0;
    for (; table != states->end() && (*table)->first.value < first + count; ++table) {
        const std::uint64_t from = std::max((*table)->first.value, first);
        const std::uint64_t to = std::min((*table)->first.value + StateTable::pages, first + count);
        for (std::uint64_t page = from; page < to; ++page) {
            ++found.at((*table)->states.at(page - (*table)->first.value));
        }
        described += to - from;
    }
    found[0] += count - described;
    return static_cast<std::uint8_t>(std::max_element(found.begin(), found.end()) - found.begin());
}

} // namespace

std::vector<PageCell>
pageCells(const PageStates& states, const Extent& extent, double left, double width) {
    std::vector<PageCell> cells;
    const std::uint64_t first = extent.start / pageBytes;
    const std::uint64_t pages = pagesFor(ByteCount(extent.length)).value;
    if (pages == 0 || width <= 0) {
        return cells;
    }
    const double pageWidth = width / static_cast<double>(pages);
    const auto together =
        static_cast<std::uint64_t>(std::max(1.0, std::ceil(columnWidth / pageWidth)));
    for (std::uint64_t done = 0; done < pages; done += together) {
        const std::uint64_t count = std::min(together, pages - done);
        const std::uint8_t state = usualState(states, first + done, count);
        const double wide = pageWidth * static_cast<double>(count);
        if (pageWidth < cellWidth && !cells.empty() && cells.back().state == state) {
            cells.back().pages += count;
            cells.back().width += wide;
        } else {
            cells.push_back({PageNumber(first + done), count, state,
                             left + pageWidth * static_cast<double>(done), wide});
        }
    }
    return cells;
}

std::vector<Extent> extentsOutside(const PageStates& states, const std::vector<Extent>& extents) {
    std::vector<Extent> outside;
    auto next = extents.begin(); // the first that ends behind the page
    bool joins = false;          // nothing lies between the last run and the page
    const auto pass = [&](std::uint64_t place) {
        for (; next != extents.end() && next->start + next->length <= place; ++next) {
            joins = false;
        }
    };
    for (const auto& table : *states) {
        const std::uint64_t begin = table->first.value * pageBytes;
        pass(begin);
        const bool covered = next != extents.end() && next->start <= begin &&
                             begin + StateTable::pages * pageBytes <= next->start + next->length;
        for (std::size_t i = 0; !covered && i < StateTable::pages; ++i) {
            if (table->states.at(i) == 0) {
                continue;
            }
            const std::uint64_t start = begin + i * pageBytes;
            pass(start);
            if (next != extents.end() && next->start <= start) {
                continue; // the map covers it
            }
            Extent* last = outside.empty() ? nullptr : &outside.back();
            if (joins && start - (last->start + last->length) <= longestGap * pageBytes) {
                last->length = start + pageBytes - last->start;
            } else {
                outside.push_back({.start = start,
                                   .length = pageBytes,
                                   .kind = EntryKind::Demand,
                                   .index = outsideMap});
            }
            joins = true;
        }
    }
    return outside;
}

} // namespace fragscope
