#pragma once

#include "fragscope/hardware/paging/tlb.h"
#include "fragscope/hardware/paging/tlb_event.h"

#include <fmt/format.h>
#include <map>
#include <string>

namespace fragscope::test {

/// A TLB as a view would see it: folded from TlbFill and TlbDrop events alone.
class TlbReplica : public EventSink {
public:
    explicit TlbReplica(EventBus& bus) : bus_(bus) {
        KindSet kinds;
        kinds.set(static_cast<std::size_t>(EventKind::TlbFill));
        kinds.set(static_cast<std::size_t>(EventKind::TlbDrop));
        bus_.attach(*this, kinds);
    }

    ~TlbReplica() override { bus_.detach(*this); }

    TlbReplica(const TlbReplica&) = delete;
    TlbReplica& operator=(const TlbReplica&) = delete;

    void onEvent(const Event& event) override {
        if (event.kind == EventKind::TlbFill) {
            slots_[event.object] = event;
        } else if (slots_.erase(event.object) == 0) {
            difference = fmt::format("drop of the empty slot {}", event.object);
        }
    }

    [[nodiscard]] bool equals(const Tlb& tlb) {
        for (unsigned slot = 0; slot < tlb.firstSlotOf(TlbPart::Pml4Cache); ++slot) {
            const TlbEntry* entry = tlb.entryAt(slot);
            const auto held = slots_.find(slot);
            if ((entry != nullptr) != (held != slots_.end())) {
                difference = fmt::format("slot {} is full in one only", slot);
            } else if (entry != nullptr && !same(*entry, held->second, tlb.baseShift())) {
                difference = fmt::format("slot {} differs", slot);
            }
        }
        return difference.empty();
    }

    std::string difference;

private:
    static bool same(const TlbEntry& entry, const Event& event, unsigned baseShift) {
        const TlbEntryView view = decodeTlbEvent(event);
        const PageTranslation& held = entry.page;
        return entry.start(baseShift).value == event.vaddr && held.base == view.base &&
               entry.pageSize() == view.pageSize && entry.pcid == view.pcid &&
               held.rights.writable == view.writable && held.rights.user == view.user &&
               held.rights.noExecute == view.noExecute && held.rights.key == view.key &&
               held.dirty == view.dirty && held.global == view.global && view.structureLevel == 0;
    }

    EventBus& bus_;
    std::map<std::uint32_t, Event> slots_;
};

} // namespace fragscope::test
