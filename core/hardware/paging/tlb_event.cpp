#include "fragscope/hardware/paging/tlb_event.h"

#include "fragscope/hardware/paging/pte.h"

namespace fragscope {

namespace {

constexpr unsigned structureLevelShift = 12;
constexpr std::uint64_t structureLevelMask = 0xf;

std::uint64_t flag(bool set, std::uint64_t bit) {
    return set ? bit : 0;
}

} // namespace

TlbEventFields encodeTlbEvent(const TlbEntry& entry) {
    const PageTranslation& page = entry.page;
    TlbEventFields fields;
    fields.value = pte::present | pte::accessed | (page.base.value & pte::frameMask) |
                   flag(page.rights.writable, pte::writable) | flag(page.rights.user, pte::user) |
                   flag(page.rights.noExecute, pte::noExecute) | flag(page.dirty, pte::dirty) |
                   flag(page.global, pte::global) | flag(page.shift > pageShift, pte::large) |
                   std::uint64_t{page.rights.key} << pte::keyShift;
    fields.a = entry.pageSize().value;
    fields.b = entry.pcid;
    return fields;
}

TlbEventFields encodeTlbEvent(const StructureEntry& entry, unsigned level, ByteCount covered) {
    TlbEventFields fields;
    fields.value = pte::present | pte::accessed | (entry.table.value & pte::frameMask) |
                   flag(entry.writable, pte::writable) | flag(entry.user, pte::user) |
                   flag(entry.noExecute, pte::noExecute);
    fields.a = covered.value;
    fields.b = entry.pcid | std::uint64_t{level} << structureLevelShift;
    return fields;
}

TlbEntryView decodeTlbEvent(std::uint64_t value, std::uint64_t a, std::uint64_t b) {
    const Pte entry{value};
    TlbEntryView view;
    view.pageSize = ByteCount(a);
    view.base = entry.base();
    view.pcid = static_cast<std::uint16_t>(b & control::cr3PcidMask);
    view.key = static_cast<std::uint8_t>(entry.protectionKey());
    view.writable = entry.writable();
    view.user = entry.user();
    view.noExecute = entry.noExecute();
    view.dirty = entry.dirty();
    view.global = entry.global();
    view.structureLevel = static_cast<unsigned>((b >> structureLevelShift) & structureLevelMask);
    return view;
}

TlbEntryView decodeTlbEvent(const Event& event) {
    TlbEntryView view = decodeTlbEvent(event.value, event.a, event.b);
    view.base = PhysAddr(event.paddr);
    return view;
}

} // namespace fragscope
