#include "fragscope/alloc/replay/replayed_heap.h"

#include "fragscope/base/check.h"

#include <algorithm>

namespace fragscope {

using Kind = LoggedAction::Kind;

namespace {

/// Of the allocator's listing.
enum class Line : std::uint16_t {};

} // namespace

/// As the allocator's listing names them.
struct ReplayedHeap::Locals {
    std::uint64_t values[8];
};

/// How far an operation is done.
struct ReplayedHeap::Progress {
    std::vector<LoggedAction> actions; ///< of the last try
    std::vector<LoggedAction> done;    ///< with what they gave
    std::uint64_t heapEnd = 0;         ///< before the operation
    bool differs = false;              ///< the last action gave something else
    std::exception_ptr damage;         ///< the try ended with it
};

namespace {

MemoryPlan emptyPlan() {
    MemoryPlan plan;
    plan.heapBytes = 0;
    return plan;
}

} // namespace

ReplayedHeap::ReplayedHeap(const AllocatorSettings& settings,
                           Arena& arena,
                           PoolSource& source,
                           const ArenaReader& look)
    : arena_(arena), source_(source), look_(look), plan_(memoryPlan(settings)),
      nowhere_(emptyPlan()), memory_(nowhere_), heapEnd_(plan_.heapStart),
      hasHandles_(handsOutHandles(settings)) {
    FRAGSCOPE_CHECK(plan_.heapStart == arena.start().value, "the heap begins with its arena");
    OperationLog planned(look_, plan_, plan_.heapStart + plan_.heapBytes); // asked for addresses
    memory_.setBacking(planned);
    allocator_ = makeAllocator(settings, memory_);
    memory_.setBacking(nowhere_);
}

Steps ReplayedHeap::allocate(HeapRequest& request) {
    auto& l = co_await Follow<Locals>{allocator_->listing()};
    co_await part(prepare(l));
    std::uint64_t handle = Allocator::refused;
    const std::uint64_t size = request.size.value;
    const std::uint8_t type = request.migrateType;
    const Operation operation = [&handle, size, type](Allocator& a) {
        handle = a.allocateTyped(size, type);
    };
    if (ready_) {
        co_await part(perform(l, operation));
    }
    const bool given = handle != Allocator::refused;
    request.address = VirtAddr(given ? handle : 0);
    tellReason(given ? payloadOf(request.address) : VirtAddr(0));
}

Steps ReplayedHeap::release(HeapReturn& block) {
    auto& l = co_await Follow<Locals>{allocator_->listing()};
    const std::uint64_t handle = block.address.value;
    const Operation operation = [handle](Allocator& a) { a.release(handle); };
    const std::uint64_t payload = payloadOf(block.address).value;
    co_await part(perform(l, operation));
    tellReason(VirtAddr(payload));
    if (!block.wantsMerged) {
        co_return;
    }
    const Operation find = [payload, &block](Allocator& a) {
        a.forEachFreeArea([&](FreeArea area) {
            if (area.start.value <= payload && payload < area.end().value) {
                block.merged = area;
            }
            return area.start.value <= payload;
        });
    };
    co_await part(perform(l, find));
}

Steps ReplayedHeap::dereference(HeapReference& reference) {
    auto& l = co_await Follow<Locals>{allocator_->listing()};
    std::uint64_t address = 0;
    const HeapReference wanted = reference;
    const Operation operation = [&address, wanted](Allocator& a) {
        address = a.byteAt(wanted.handle.value, wanted.offset);
    };
    co_await part(perform(l, operation));
    reference.address = VirtAddr(address);
}

Steps ReplayedHeap::trim(ByteCount) {
    co_return;
}

Steps ReplayedHeap::forEachFreeArea(VirtAddr from, FreeAreaVisitor& visitor) {
    auto& l = co_await Follow<Locals>{allocator_->listing()};
    std::vector<FreeArea> areas;
    const Operation operation = [&areas, from](Allocator& a) {
        areas.clear(); // of a try before
        a.forEachFreeArea([&](FreeArea area) {
            if (area.end() > from) {
                areas.push_back(area);
            }
            return true;
        });
    };
    if (ready_) {
        co_await part(perform(l, operation));
    }
    bool goOn = true;
    for (std::size_t i = 0; i < areas.size() && goOn; ++i) {
        co_await visitor.visit(areas[i], goOn);
    }
}

HeapPicture ReplayedHeap::picture(const ArenaReader& reader) const {
    if (!ready_) {
        return {};
    }
    return allocator_->picture(reader, {plan_.heapStart, heapEnd_, plan_.booksStart()});
}

/// Where a block lies: looked at, not accessed.
VirtAddr ReplayedHeap::payloadOf(VirtAddr handle) {
    OperationLog log(look_, plan_, heapEnd_);
    memory_.setBacking(log);
    const VirtAddr payload(allocator_->addressOf(handle.value));
    memory_.setBacking(nowhere_);
    return payload;
}

void ReplayedHeap::tellReason(VirtAddr block) {
    const ObservedMemory::Reason& reason = memory_.lastReason();
    if (reason.rule != Rule::None) {
        source_.decided(reason.rule, block, reason.operands);
    }
}

/// Before the first request: room for heap and books, and their first words.
Steps ReplayedHeap::prepare(Locals& l) {
    if (ready_) {
        co_return;
    }
    bool granted = true;
    if (plan_.booksBytes != 0) {
        co_await source_.reserveBooks(VirtAddr(plan_.booksStart()),
                                      pagesFor(ByteCount(plan_.booksBytes)), granted);
    }
    if (granted && plan_.heapBytes != 0) {
        co_await source_.growPool(pagesFor(ByteCount(plan_.heapBytes)), granted);
    }
    if (!granted) {
        co_return;
    }
    heapEnd_ = plan_.heapStart + plan_.heapBytes;
    ready_ = true;
    const Operation operation = [](Allocator& a) { a.initialise(); };
    co_await part(perform(l, operation));
}

/// Tries the operation; what it does is in `progress.actions`.
void ReplayedHeap::attempt(const Operation& operation, Progress& progress) {
    OperationLog log(look_, plan_, progress.heapEnd);
    log.pin(progress.done);
    memory_.setBacking(log);
    memory_.observe(&log);
    memory_.reason(Rule::None); // an operation without one has not that of the one before
    progress.damage = nullptr;
    try {
        operation(*allocator_);
    } catch (const HeapDamaged&) {
        progress.damage = std::current_exception();
    }
    memory_.observe(nullptr);
    memory_.setBacking(nowhere_);
    progress.actions = log.actions();
    progress.differs = false;
}

Steps ReplayedHeap::perform(Locals& l, const Operation& operation) {
    Progress progress;
    progress.heapEnd = heapEnd_;
    do {
        attempt(operation, progress);
        while (progress.done.size() < progress.actions.size() && !progress.differs) {
            co_await part(perform(l, progress, progress.actions[progress.done.size()]));
        }
    } while (progress.differs);
    if (progress.damage) {
        std::rethrow_exception(progress.damage);
    }
}

/// One action for real.
Steps ReplayedHeap::perform(Locals& l, Progress& progress, LoggedAction action) {
    const LoggedAction tried = action;
    switch (action.kind) {
    case Kind::Step:
        co_yield Line(action.line);
        std::copy(action.locals.begin(), action.locals.end(), l.values);
        break;
    case Kind::Load:
        action.value = co_await arena_.load(VirtAddr(action.at), action.bytes);
        break;
    case Kind::Store:
        co_await arena_.store(VirtAddr(action.at), action.value, action.bytes);
        break;
    case Kind::Moved:
        source_.blockMoved(VirtAddr(action.value), VirtAddr(action.at), ByteCount(action.length));
        break;
    case Kind::Copy:
        co_await part(copyWords(action));
        break;
    case Kind::Grow:
        action.granted = action.value <= plan_.heapStart + plan_.heapLimit - heapEnd_;
        if (action.granted) {
            co_await source_.growPool(pagesFor(ByteCount(action.value)), action.granted);
        }
        heapEnd_ += action.granted ? action.value : 0;
        break;
    case Kind::Shrink:
        heapEnd_ -= action.value;
        co_await source_.shrinkPool(pagesFor(ByteCount(action.value)));
        break;
    }
    progress.differs = action.value != tried.value || action.granted != tried.granted;
    progress.done.push_back(action);
}

/// By the largest words that both places are aligned for; from the end where the target is higher
/// and they overlap.
Steps ReplayedHeap::copyWords(LoggedAction action) {
    const std::uint64_t both = action.at | action.value | action.length;
    const auto unit = static_cast<unsigned>(both % 8 == 0 ? 8 : both % 4 == 0 ? 4 : 1);
    const bool down = action.at <= action.value || action.at >= action.value + action.length;
    for (std::uint64_t done = 0; done < action.length; done += unit) {
        const std::uint64_t offset = down ? done : action.length - unit - done;
        const std::uint64_t value = co_await arena_.load(VirtAddr(action.value + offset), unit);
        co_await arena_.store(VirtAddr(action.at + offset), value, unit);
    }
}

} // namespace fragscope
