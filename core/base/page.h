#pragma once

#include "fragscope/base/units.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <utility>

namespace fragscope {

/// The bytes of one frame, shared copy-on-write between the machine, the replica of the view and the
/// snapshots of the window. A page held by more than one PageRef is immutable.
struct Page {
    std::array<std::byte, pageBytes> bytes{};

private:
    friend class PageRef;
    std::atomic<std::uint32_t> references_{0};
};

/// Counted reference to a Page; empty means a page that was never written (all zero).
/// Invariants: (1) only a sole owner may write; (2) copies may be made and dropped on any thread, but one
/// PageRef object belongs to one thread at a time.
class PageRef {
public:
    PageRef() = default;

    PageRef(const PageRef& other) : page_(other.page_) { retain(); }

    PageRef(PageRef&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}

    PageRef& operator=(PageRef other) noexcept {
        std::swap(page_, other.page_);
        return *this;
    }

    ~PageRef() { release(); }

    /// A fresh page of zero bytes.
    static PageRef zeroed() { return PageRef(new Page); }

    [[nodiscard]] bool empty() const { return page_ == nullptr; }

    [[nodiscard]] const std::byte* bytes() const {
        return page_ != nullptr ? page_->bytes.data() : nullptr;
    }

    /// Bytes that may be written: a fresh zero page if empty, an own copy if the page is shared.
    [[nodiscard]] std::byte* writable() {
        if (page_ == nullptr) {
            *this = zeroed();
        } else if (page_->references_.load(std::memory_order_acquire) != 1) {
            PageRef own = zeroed();
            std::memcpy(own.page_->bytes.data(), page_->bytes.data(), pageBytes);
            *this = std::move(own);
        }
        return page_->bytes.data();
    }

    /// True if both are the same page object (equal contents follow, not the converse).
    [[nodiscard]] bool same(const PageRef& other) const { return page_ == other.page_; }

private:
    explicit PageRef(Page* page) : page_(page) { retain(); }

    void retain() const {
        if (page_ != nullptr) {
            page_->references_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    void release() {
        if (page_ != nullptr && page_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete page_;
        }
    }

    Page* page_ = nullptr;
};

} // namespace fragscope
