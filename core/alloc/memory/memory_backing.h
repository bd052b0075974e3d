#pragma once

#include "fragscope/alloc/memory/flat_memory.h"

namespace fragscope {

/// Where the bytes of an observed memory are.
class MemoryBacking {
public:
    virtual ~MemoryBacking() = default;

    [[nodiscard]] virtual std::uint64_t load(std::uint64_t at, unsigned bytes) = 0;
    virtual void store(std::uint64_t at, unsigned bytes, std::uint64_t value) = 0;
    virtual void copy(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) = 0;
    [[nodiscard]] virtual bool grow(std::uint64_t bytes) = 0;
    virtual void shrink(std::uint64_t bytes) = 0;
    [[nodiscard]] virtual const MemoryPlan& plan() const = 0;
    [[nodiscard]] virtual std::uint64_t heapEnd() const = 0;
};

/// Plain buffers.
class FlatBacking : public MemoryBacking {
public:
    explicit FlatBacking(const MemoryPlan& plan) : memory_(plan) {}

    [[nodiscard]] std::uint64_t load(std::uint64_t at, unsigned bytes) override {
        switch (bytes) {
        case 1:
            return memory_.load<std::uint8_t>(at);
        case 2:
            return memory_.load<std::uint16_t>(at);
        case 4:
            return memory_.load<std::uint32_t>(at);
        default:
            return memory_.load(at);
        }
    }

    void store(std::uint64_t at, unsigned bytes, std::uint64_t value) override {
        switch (bytes) {
        case 1:
            return memory_.store<std::uint8_t>(at, static_cast<std::uint8_t>(value));
        case 2:
            return memory_.store<std::uint16_t>(at, static_cast<std::uint16_t>(value));
        case 4:
            return memory_.store<std::uint32_t>(at, static_cast<std::uint32_t>(value));
        default:
            return memory_.store(at, value);
        }
    }

    void copy(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) override {
        memory_.copy(to, from, bytes);
    }

    [[nodiscard]] bool grow(std::uint64_t bytes) override { return memory_.grow(bytes); }

    void shrink(std::uint64_t bytes) override { memory_.shrink(bytes); }

    [[nodiscard]] const MemoryPlan& plan() const override { return memory_.plan(); }

    [[nodiscard]] std::uint64_t heapEnd() const override { return memory_.heapEnd(); }

private:
    FlatMemory memory_;
};

} // namespace fragscope
