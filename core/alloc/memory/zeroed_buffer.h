#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace fragscope {

/// Bytes that read zero until they are written, and cost nothing until then. Grows by doubling.
class ZeroedBuffer {
public:
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] unsigned char* data() { return bytes_.get(); }

    [[nodiscard]] const unsigned char* data() const { return bytes_.get(); }

    /// At least `bytes` long afterwards; what is there stays. Throws std::bad_alloc.
    void growTo(std::size_t bytes) {
        if (bytes <= size_) {
            return;
        }
        const std::size_t next = bytes > 2 * size_ ? bytes : 2 * size_;
        std::unique_ptr<unsigned char, Free> larger(
            static_cast<unsigned char*>(std::calloc(next, 1)));
        if (!larger) {
            throw std::bad_alloc();
        }
        if (size_ != 0) {
            std::memcpy(larger.get(), bytes_.get(), size_);
        }
        bytes_ = std::move(larger);
        size_ = next;
    }

private:
    struct Free {
        void operator()(unsigned char* bytes) const { std::free(bytes); }
    };

    std::unique_ptr<unsigned char, Free> bytes_;
    std::size_t size_ = 0;
};

} // namespace fragscope
