#include "fragscope/hardware/cpu/store_buffer.h"

#include "fragscope/base/check.h"

namespace fragscope {

namespace {

constexpr unsigned bitsPerByte = 8;
constexpr std::uint64_t byteMask = 0xff;

} // namespace

PendingStore StoreBuffer::pop() {
    FRAGSCOPE_CHECK(!stores_.empty(), "no store to drain");
    const PendingStore oldest = stores_.front();
    stores_.pop_front();
    return oldest;
}

std::uint64_t StoreBuffer::forward(PhysAddr paddr, unsigned bytes, std::uint64_t value) const {
    for (const PendingStore& store : stores_) {
        for (unsigned i = 0; i < bytes; ++i) {
            const std::uint64_t inStore = paddr.value + i - store.paddr.value;
            if (inStore < store.bytes) {
                const std::uint64_t byte = (store.value >> (bitsPerByte * inStore)) & byteMask;
                value = (value & ~(byteMask << (bitsPerByte * i))) | byte << (bitsPerByte * i);
            }
        }
    }
    return value;
}

} // namespace fragscope
