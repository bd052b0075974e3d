#include "fragscope/hardware/cpu/interrupts.h"

namespace fragscope {

InterruptController::InterruptController(EventBus& events, std::uint32_t cpus)
    : events_(events), queues_(cpus) {}

void InterruptController::send(std::uint32_t target, Interrupt interrupt) {
    queues_.at(target).push_back(interrupt);
    publish(target);
}

Interrupt InterruptController::take(std::uint32_t cpu) {
    auto& queue = queues_.at(cpu);
    const Interrupt first = queue.front();
    queue.erase(queue.begin());
    publish(cpu);
    return first;
}

void InterruptController::publish(std::uint32_t cpu) {
    if (events_.wants(EventKind::InterruptPending)) {
        events_.emit(
            {.kind = EventKind::InterruptPending, .object = cpu, .value = queues_[cpu].size()});
    }
}

} // namespace fragscope
