// Metrics of messages between processes, of locks, and of the device.
#include "fragscope/view/metrics/metric_fold.h"

namespace fragscope {

bool MetricFold::messages(const Event& event) {
    switch (event.kind) {
    case EventKind::MessageSent:
        ++value(MetricId::MessagesSent);
        value(MetricId::MessageCleared) += event.b;
        break;
    case EventKind::MessageReceived:
        value(MetricId::MessageEntries) += event.b;
        break;
    case EventKind::MessageCopied:
        value(MetricId::MessageBytes) += event.value;
        break;
    case EventKind::LockWaitEnded:
        value(MetricId::LockWaitCycles) += event.value;
        break;
    default:
        value(MetricId::DeviceBytes) += event.value;
        break;
    }
    return true;
}

} // namespace fragscope
