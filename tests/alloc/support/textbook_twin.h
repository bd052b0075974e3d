#pragma once

#include "fragscope/alloc/allocator_settings.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace fragscope::test {

/// The textbook's allocator written down as directly as possible, on a vector: what the preset must
/// agree with at each step.
class TextbookTwin {
public:
    struct Entry {
        std::uint64_t at;
        std::uint64_t size;
    };

    explicit TextbookTwin(const AllocatorSettings& settings)
        : settings_(settings), list{{settings.heapBase, settings.heapSize}} {}

    /// Start of the block, ~0 if nothing fits.
    std::uint64_t take(std::uint64_t bytes) {
        const std::uint64_t a = settings_.alignment;
        const std::uint64_t size = (bytes + a - 1) / a * a + settings_.header;
        std::size_t best = list.size();
        searched = 0;
        for (std::size_t i = 0; i < list.size(); ++i) {
            ++searched;
            if (list[i].size < size) {
                continue;
            }
            if (best == list.size() ||
                (settings_.policy == FitPolicy::Best && list[i].size < list[best].size) ||
                (settings_.policy == FitPolicy::Worst && list[i].size > list[best].size)) {
                best = i;
            }
            if (settings_.policy == FitPolicy::First) {
                break;
            }
        }
        if (best == list.size()) {
            return ~0ULL;
        }
        const std::uint64_t at = list[best].at;
        list[best] = {at + size, list[best].size - size};
        if (list[best].size == 0) {
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(best));
        }
        sizes_[at] = size;
        return at;
    }

    void give(std::uint64_t at) {
        const Entry freed{at, sizes_.at(at)};
        list.insert(settings_.order == FreeListOrder::Front ? list.begin() : list.end(), freed);
        sort();
        if (settings_.coalesce == Coalesce::Never) {
            return;
        }
        std::vector<Entry> merged;
        for (const Entry& entry : list) {
            if (!merged.empty() && merged.back().at + merged.back().size == entry.at) {
                merged.back().size += entry.size;
            } else {
                merged.push_back(entry);
            }
        }
        list = merged;
    }

    [[nodiscard]] std::string text() const {
        std::string text;
        for (const Entry& entry : list) {
            text += std::to_string(entry.at) + ":" + std::to_string(entry.size) + ";";
        }
        return text;
    }

private:
    void sort() {
        const auto by = [&](auto key) {
            std::stable_sort(list.begin(), list.end(),
                             [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
        };
        switch (settings_.order) {
        case FreeListOrder::Address:
            return by([](const Entry& e) { return e.at; });
        case FreeListOrder::SizeAscending:
            return by([](const Entry& e) { return e.size; });
        case FreeListOrder::SizeDescending:
            return by([](const Entry& e) { return ~e.size; });
        default:
            break;
        }
    }

    AllocatorSettings settings_;
    std::map<std::uint64_t, std::uint64_t> sizes_;

public:
    std::vector<Entry> list;
    std::uint64_t searched = 0; ///< entries that the last request looked at
};

} // namespace fragscope::test
