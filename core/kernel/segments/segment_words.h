#pragma once

#include "fragscope/base/check.h"
#include "fragscope/kernel/frames/kernel_memory.h"
#include "fragscope/kernel/segments/word_store.h"

namespace fragscope {

/// The books of the segment heap in the machine: words of a guarded region of the kernel.
class KernelWords : public WordStore {
public:
    explicit KernelWords(KernelMemory& memory) : memory_(memory) {}

    [[nodiscard]] std::uint64_t load(std::uint64_t index) const override {
        return memory_.load(placeOf(index));
    }

    void store(std::uint64_t index, std::uint64_t value) override {
        memory_.store(placeOf(index), value);
    }

private:
    static VirtAddr placeOf(std::uint64_t index) {
        return kernel_space::segments + ByteCount(index * wordBytes);
    }

    KernelMemory& memory_;
};

/// The same words for who only looks: the view and the checks.
class SegmentBytes : public WordStore {
public:
    SegmentBytes(const MemoryReader& memory, PhysAddr start) : memory_(memory), start_(start) {}

    [[nodiscard]] std::uint64_t load(std::uint64_t index) const override {
        return memory_.read(start_ + ByteCount(index * wordBytes));
    }

    void store(std::uint64_t, std::uint64_t) override {
        failCheck("read only", __FILE__, __LINE__, "who looks at the books does not write them");
    }

private:
    const MemoryReader& memory_;
    PhysAddr start_;
};

} // namespace fragscope
