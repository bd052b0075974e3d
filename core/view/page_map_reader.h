#pragma once

#include "fragscope/base/memory_reader.h"
#include "fragscope/view/page_map.h"

namespace fragscope {

/// The replica's memory for the decoders that sit beside the structures (kernel/layout.h). Any
/// address may be asked for, so that destroyed books cannot break the picture: a read that would
/// cross a frame reads all ones.
class PageMapReader : public MemoryReader {
public:
    explicit PageMapReader(const PageMap& memory) : memory_(memory) {}

    [[nodiscard]] std::uint64_t read(PhysAddr address, unsigned bytes = wordBytes) const override {
        return offsetInPage(address) + bytes <= pageBytes ? memory_.load(address, bytes) : ~0ULL;
    }

private:
    const PageMap& memory_;
};

} // namespace fragscope
