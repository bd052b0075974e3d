// The part of demand paging that marks pages which were given back and keep their frame.
#include "fragscope/kernel/paging/page_marks.h"

#include "fragscope/kernel/paging/demand_paging.h"

namespace fragscope {

void DemandPaging::count(Process& process, const PageUse& before, const PageUse& after) {
    process.use.reserved += after.reserved - before.reserved;
    process.use.committed += after.committed - before.committed;
    process.use.resident += after.resident - before.resident;
    process.use.marked += after.marked - before.marked;
    process.use.leaked += after.leaked - before.leaked;
}

std::uint64_t DemandPaging::marked() const {
    std::uint64_t sum = 0;
    for (const auto& process : kernel_.processes()) {
        sum += process->state == ProcessState::Running ? process->use.marked : 0;
    }
    return sum;
}

/// The same page with other marks: no frame for a table is needed.
void DemandPaging::rewrite(Process& process, PageNumber page, std::uint64_t bits, Rule why) {
    (void)process.tables.write(page, bits, why);
}

bool DemandPaging::markMayGo(Process& process, PageNumber page) {
    const std::uint64_t held = process.tables.leaf(page);
    const PageState state = DemandPaging::entryOf(process, page).state;
    const bool own = state == PageState::Allocated || state == PageState::CopyOnWrite;
    if ((held & pte::present) == 0 || !own || isLeaked(held)) {
        return false;
    }
    rewrite(process, page, (held & ~(pte::dirty | pte::accessed)) | page_mark::mayGo,
            Rule::MarkedMayGo);
    if (!isMarkedMayGo(held)) { // else it was used again meanwhile, and not swept
        count(process, {}, {.marked = 1});
    }
    return true;
}

bool DemandPaging::leak(Process& process, PageNumber page) {
    const std::uint64_t held = process.tables.leaf(page);
    if ((held & pte::present) == 0 || isLeaked(held)) {
        return false;
    }
    rewrite(process, page, held | page_mark::leaked, Rule::StaysMapped);
    count(process, {.reserved = 1, .committed = 1}, {.leaked = 1});
    return true;
}

void DemandPaging::unmark(Process& process, PageNumber page, Rule why) {
    const std::uint64_t held = process.tables.leaf(page);
    const PageUse before{.marked = isMarkedMayGo(held) ? 1U : 0U,
                         .leaked = isLeaked(held) ? 1U : 0U};
    rewrite(process, page, held & ~(page_mark::mayGo | page_mark::leaked), why);
    count(process, before, {.reserved = before.leaked, .committed = before.leaked});
}

} // namespace fragscope
