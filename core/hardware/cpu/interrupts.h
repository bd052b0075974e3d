#pragma once

#include "fragscope/event/event_bus.h"

#include <cstdint>
#include <vector>

namespace fragscope {

/// An interrupt on its way to a CPU; `payload` means what the sender says (here: a shootdown's
/// number).
struct Interrupt {
    std::uint64_t arrivalCycles = 0;
    std::uint64_t payload = 0;
};

/// Interrupts between CPUs. A CPU takes one at an instruction boundary whose clock is at or past
/// the arrival. Simplified: one vector, delivered in order of sending; no priorities, no lost or
/// merged interrupts. Source: SDM vol. 3A, chapter 11 (interrupt command register), in outline.
class InterruptController {
public:
    InterruptController(EventBus& events, std::uint32_t cpus);

    void send(std::uint32_t target, Interrupt interrupt);

    [[nodiscard]] bool pending(std::uint32_t cpu) const { return !queues_[cpu].empty(); }

    [[nodiscard]] std::size_t pendingCount(std::uint32_t cpu) const { return queues_[cpu].size(); }

    /// Arrival of the oldest pending interrupt; pending(cpu) must hold.
    [[nodiscard]] std::uint64_t earliest(std::uint32_t cpu) const {
        return queues_[cpu].front().arrivalCycles;
    }

    /// Removes the oldest pending interrupt.
    Interrupt take(std::uint32_t cpu);

private:
    void publish(std::uint32_t cpu);

    EventBus& events_;
    std::vector<std::vector<Interrupt>> queues_;
};

} // namespace fragscope
