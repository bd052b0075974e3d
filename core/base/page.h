#pragma once

#include "fragscope/base/cow_ref.h"
#include "fragscope/base/units.h"

#include <array>
#include <cstddef>

namespace fragscope {

/// The bytes of one frame, shared copy-on-write between the machine, the replica of the view and
/// the snapshots of the window. An empty reference means a frame that was never written (all zero).
class PageRef {
public:
    /// A fresh page of zero bytes.
    static PageRef zeroed() {
        PageRef page;
        (void)page.writable();
        return page;
    }

    [[nodiscard]] bool empty() const { return page_.empty(); }

    /// The bytes, or nullptr if empty.
    [[nodiscard]] const std::byte* bytes() const { return empty() ? nullptr : page_->data(); }

    /// Bytes that may be written: a fresh zero page if empty, an own copy if the page is shared.
    [[nodiscard]] std::byte* writable() { return page_.writable().data(); }

    /// True if both are the same page object (equal contents follow, not the converse).
    [[nodiscard]] bool same(const PageRef& other) const { return page_.same(other.page_); }

private:
    CowRef<std::array<std::byte, pageBytes>> page_;
};

} // namespace fragscope
