#pragma once

#include "fragscope/base/page.h"
#include "fragscope/kernel/layout.h"
#include "fragscope/kernel/paging/entry_layout.h"
#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/view/page_map.h"

#include <array>
#include <memory>
#include <optional>
#include <vector>

/// The state of every page of a process, read from its page tables by the codec of
/// kernel/paging/page_state.h.
namespace fragscope {

/// The pages that one table of the lowest level describes. Immutable; shared between snapshots as
/// long as the table says the same of them (accessed and dirty bits do not count).
struct StateTable {
    static constexpr std::size_t pages = 512;
    static constexpr std::uint8_t presentBit = 8; ///< of a byte; bits 2:0 are the PageState

    PageNumber first;                           ///< the first page described
    std::array<std::uint8_t, pages> states{};   ///< a byte per page
    std::array<std::uint64_t, pages> numbers{}; ///< frame, slot, page of a file: as in PageEntry
    std::vector<Backing> backings;              ///< from the side table; empty if there is none
    std::vector<bool> spilled;                  ///< the state is in the side table; likewise

    [[nodiscard]] PageState stateOf(std::size_t index) const {
        return static_cast<PageState>(states.at(index) & (presentBit - 1));
    }

    [[nodiscard]] bool present(std::size_t index) const {
        return (states.at(index) & presentBit) != 0;
    }

    [[nodiscard]] PageEntry entry(std::size_t index) const {
        return {stateOf(index), present(index), numbers.at(index)};
    }

    /// Whether the entry of a page has no room for its state.
    [[nodiscard]] bool isSpilled(std::size_t index) const {
        return !spilled.empty() && spilled.at(index);
    }

    friend bool operator==(const StateTable&, const StateTable&) = default;
};

/// The tables of a process, ascending; pages that no table describes are not used.
using PageStates = std::shared_ptr<const std::vector<std::shared_ptr<const StateTable>>>;

/// The pages of one process.
struct ProcessPages {
    std::uint32_t process = 0;
    PageStates pages; ///< never null

    friend bool operator==(const ProcessPages&, const ProcessPages&) = default;
};

/// The table that describes a page; null if there is none.
const StateTable* tableOf(const PageStates& states, PageNumber page);

/// What a page is, by all tables of its process.
PageEntry pageEntryIn(const PageStates& states, PageNumber page);

/// Reads the user half of a process's four-level tables. Keeps what it read by the identity of the
/// pages that hold the tables, so that an update costs the number of tables and what changed.
/// Simplified: pages that a large entry maps have no state of their own and are left out.
class PageStateReader {
public:
    /// The same object as before if nothing changed; never null. A value of CR3 of 0: no tables.
    /// `root` says how the entries are laid out and whether there are side tables.
    PageStates update(const PageMap& memory, std::uint64_t cr3, const KernelRoot& root = {});

private:
    /// A page table and its side table, if it has one.
    struct Bytes {
        PageRef table;
        PageRef side;

        [[nodiscard]] bool same(const Bytes& other) const {
            return table.same(other.table) && side.same(other.side);
        }
    };

    using Tables = std::vector<std::shared_ptr<const StateTable>>;

    void readTable(const PageMap& memory, PhysAddr table, unsigned level, PageNumber first);
    void readLeaf(const Bytes& bytes, PageNumber first);

    PageStates result_ = std::make_shared<const Tables>();
    std::vector<Bytes> bytes_; ///< of the tables of result_
    KernelRoot root_;          ///< of the update under way, like those that follow
    Tables found_;
    std::vector<Bytes> foundBytes_;
    std::size_t compared_ = 0; ///< tables of result_ that lie before the one being read
    std::uint64_t left_ = 0;   ///< tables that may still be read: no more than there are frames
};

} // namespace fragscope
