#pragma once

#include <cstdint>

namespace fragscope {

/// Time in cycles of each primitive. Defaults are round figures of a desktop processor of about 3
/// GHz; all are settings of the scenario ([cost]). Copying is `copyPageCycles` per 4 KiB, in
/// proportion.
struct CostModel {
    std::uint64_t tlbHit = 1;             ///< load or store with a TLB hit
    std::uint64_t walkReference = 20;     ///< one table entry read by the page walk
    std::uint64_t think = 4;              ///< application work between two accesses
    std::uint64_t faultEntry = 300;       ///< exception delivery into the handler
    std::uint64_t faultExit = 200;        ///< return to the faulting instruction
    std::uint64_t interruptSend = 100;    ///< writing the interrupt command register, per target
    std::uint64_t interruptLatency = 600; ///< from sending to the receiver's boundary
    std::uint64_t interruptHandle = 200;  ///< entry, invalidation and acknowledgement
    std::uint64_t invalidatePage = 30;    ///< invlpg of one page
    std::uint64_t copyPage = 1200;        ///< copying 4 KiB
    std::uint64_t fillPage = 600;         ///< clearing 4 KiB
    std::uint64_t kernelStore = 4;        ///< one store to a map entry or table entry
    std::uint64_t kernelStep = 10;        ///< any other step of a kernel algorithm
    std::uint64_t wakeUp = 400;           ///< from a condition becoming true to the waiter running
    std::uint64_t swapTransfer = 60000;   ///< a page to or from the swap device or a file
    std::uint64_t contextSwitch = 1000;   ///< from one task to another on the same CPU
    std::uint64_t deviceBurst = 4000;     ///< a device writes 4 KiB, beside the CPUs
};

} // namespace fragscope
