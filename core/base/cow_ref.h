#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace fragscope {

/// Counted reference to a T that is immutable while more than one reference holds it.
/// Invariants: (1) only a sole owner writes in place, everybody else gets a copy; (2) references
/// may be copied and dropped on any thread, but one CowRef object belongs to one thread at a time.
/// Unlike std::shared_ptr::use_count, the test for a sole owner synchronises with earlier owners.
template <class T> class CowRef {
public:
    CowRef() = default;

    CowRef(const CowRef& other) : node_(other.node_) {
        if (node_ != nullptr) {
            node_->references.fetch_add(1, std::memory_order_relaxed);
        }
    }

    CowRef(CowRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}

    CowRef& operator=(CowRef other) noexcept {
        std::swap(node_, other.node_);
        return *this;
    }

    ~CowRef() {
        if (node_ != nullptr && node_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete node_;
        }
    }

    [[nodiscard]] bool empty() const { return node_ == nullptr; }

    /// The value; the reference must not be empty.
    const T& operator*() const { return node_->value; }

    const T* operator->() const { return &node_->value; }

    /// A value that may be written: value-initialised if empty, an own copy if shared.
    [[nodiscard]] T& writable() {
        if (node_ == nullptr) {
            node_ = new Node;
        } else if (node_->references.load(std::memory_order_acquire) != 1) {
            CowRef own;
            own.node_ = new Node(node_->value);
            *this = std::move(own);
        }
        return node_->value;
    }

    /// True if both refer to the same object.
    [[nodiscard]] bool same(const CowRef& other) const { return node_ == other.node_; }

private:
    struct Node {
        Node() = default;

        explicit Node(const T& other) : value(other) {}

        T value{};
        std::atomic<std::uint32_t> references{1};
    };

    Node* node_ = nullptr;
};

} // namespace fragscope
