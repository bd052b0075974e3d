#pragma once

#include "fragscope/base/memory_reader.h"
#include "fragscope/hardware/memory/physical_memory.h"

namespace fragscope {

/// The machine's own memory as a MemoryReader: integrity checks use the same decoders as the
/// pictures.
class MachineBytes : public MemoryReader {
public:
    explicit MachineBytes(const PhysicalMemory& memory) : memory_(memory) {}

    [[nodiscard]] std::uint64_t read(PhysAddr address, unsigned bytes = wordBytes) const override {
        return memory_.load(address, bytes);
    }

private:
    const PhysicalMemory& memory_;
};

} // namespace fragscope
