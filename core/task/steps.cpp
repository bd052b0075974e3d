#include "fragscope/task/steps.h"

#include <algorithm>
#include <array>
#include <new>

namespace fragscope {

namespace {

/// Free coroutine frames by size class of 64 bytes; larger ones go to the general heap.
class FrameArena {
public:
    ~FrameArena() {
        for (Node*& head : free_) {
            while (head != nullptr) {
                ::operator delete(std::exchange(head, head->next));
            }
        }
    }

    void* take(std::size_t size) {
        ++usage_.live;
        usage_.largestBytes = std::max(usage_.largestBytes, size);
        const std::size_t index = classOf(size);
        if (index >= free_.size()) {
            return ::operator new(size);
        }
        if (free_[index] == nullptr) {
            return ::operator new((index + 1) * granule);
        }
        return std::exchange(free_[index], free_[index]->next);
    }

    void give(void* frame, std::size_t size) {
        --usage_.live;
        const std::size_t index = classOf(size);
        if (index >= free_.size()) {
            ::operator delete(frame);
            return;
        }
        free_[index] = new (frame) Node{free_[index]};
    }

    [[nodiscard]] const FrameUsage& usage() const { return usage_; }

private:
    struct Node {
        Node* next;
    };

    static constexpr std::size_t granule = 64;

    static std::size_t classOf(std::size_t size) { return (size + granule - 1) / granule - 1; }

    std::array<Node*, 32> free_{};
    FrameUsage usage_;
};

FrameArena& arena() {
    thread_local FrameArena instance;
    return instance;
}

} // namespace

FrameUsage frameUsage() {
    return arena().usage();
}

void* Steps::promise_type::operator new(std::size_t size) {
    return arena().take(size);
}

void Steps::promise_type::operator delete(void* frame, std::size_t size) {
    arena().give(frame, size);
}

} // namespace fragscope
