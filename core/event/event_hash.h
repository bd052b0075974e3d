#pragma once

#include "fragscope/base/hash.h"
#include "fragscope/event/event_bus.h"

namespace fragscope {

/// Hash over the meaning events of record level Structure, which are always emitted: two runs with
/// equal hashes did the same things for the same reasons at the same times, whoever watched them.
/// seq is left out, since it depends on what else was recorded.
class EventHash : public EventSink {
public:
    static KindSet kinds() { return kindsOf(RecordLevel::Structure); }

    void onEvent(const Event& event) override;

    [[nodiscard]] std::uint64_t value() const { return chain_.value(); }

    [[nodiscard]] std::uint64_t events() const { return events_; }

private:
    ChainHash chain_;
    std::uint64_t events_ = 0;
};

} // namespace fragscope
