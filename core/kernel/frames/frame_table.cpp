#include "fragscope/kernel/frames/frame_table.h"

#include "fragscope/base/check.h"
#include "fragscope/base/text.h"
#include "fragscope/kernel/frames/owner_list.h"
#include "fragscope/kernel/frames/owner_pool.h"
#include "fragscope/kernel/memory_bytes.h"

#include <algorithm>

namespace fragscope {

/// What an operation on the books costs; says so in an event at its end.
class FrameTable::Account {
public:
    Account(FrameTable& table, Rule operation)
        : table_(table), operation_(operation), before_(table.memory_.costs()) {}

    ~Account() {
        const KernelMemory::Costs& now = table_.memory_.costs();
        if (now.accesses == before_.accesses) {
            return; // part of the machine's initial state
        }
        table_.board_.events.emit({.kind = EventKind::FrameBooks,
                                   .rule = operation_,
                                   .object = static_cast<std::uint32_t>(visited),
                                   .value = frames,
                                   .a = now.cycles - before_.cycles,
                                   .b = now.accesses - before_.accesses});
    }

    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    std::uint64_t frames = 1;
    std::uint64_t visited = 0; ///< elements and records looked at

private:
    FrameTable& table_;
    Rule operation_;
    KernelMemory::Costs before_;
};

FrameTable::FrameTable(const Board& board,
                       KernelMemory& memory,
                       const KernelPlan& plan,
                       const FrameSettings& settings)
    : board_(board), memory_(memory), plan_(plan), settings_(settings),
      lists_(memory, plan.zoneEnd), heap_(memory, ByteCount(plan.root.heapBytes)) {
    if (settings.books == FrameBooks::List) {
        owners_ = std::make_unique<OwnerList>(memory, heap_, ByteCount(plan.root.heapBytes));
    } else {
        owners_ = std::make_unique<OwnerPool>(memory, plan.root.ownerNodes);
    }
}

// ---- single frames
// ---------------------------------------------------------------------------------------------------

FrameInfo FrameTable::load(FrameNumber frame) {
    return decodeFrame(memory_.load(FrameLists::place(frame, frame_field::state)));
}

void FrameTable::store(FrameNumber frame, const FrameInfo& info) {
    memory_.store(FrameLists::place(frame, frame_field::state), encodeFrame(info));
}

void FrameTable::countVariable(std::uint64_t variable, std::uint64_t added) {
    memory_.setVariable(variable, memory_.variable(variable) + added);
}

/// With `kernel_pages = counter` the kernel's pages are in no list.
bool FrameTable::isCounted(FrameUse use) const {
    return settings_.kernelPages == KernelPages::Counter && use != FrameUse::Data;
}

/// Moves a free frame to the used list, or only counts it.
void FrameTable::book(FrameNumber frame, FrameUse use, std::uint32_t process) {
    lists_.remove(lists_.freeListOf(frame), frame);
    countVariable(kernel_variable::available, ~0ULL);
    if (isCounted(use)) {
        countVariable(kernel_variable::kernelPages, 1);
        store(frame, {.use = FrameUse::Kernel});
        return;
    }
    lists_.push(FrameList::Used, frame);
    const bool inList = use == FrameUse::Data && settings_.books == FrameBooks::List;
    store(frame, {.use = use, .owner = static_cast<std::uint16_t>(inList ? 0 : process)});
}

/// Moves a used frame to the head of its free list.
void FrameTable::unbook(FrameNumber frame, const FrameInfo& old) {
    if (isCounted(old.use)) {
        countVariable(kernel_variable::kernelPages, ~0ULL);
    } else {
        lists_.remove(FrameList::Used, frame);
    }
    store(frame, {});
    lists_.push(lists_.freeListOf(frame), frame);
    countVariable(kernel_variable::available, 1);
}

void FrameTable::refuse(std::uint32_t process) {
    const FreeSpace space = freeSpace();
    board_.events.emit({.kind = EventKind::RequestRefused,
                        .rule = Rule::FreeListEmpty,
                        .object = process,
                        .value = 1,
                        .a = space.frames.value,
                        .b = space.largestRun.value});
}

std::optional<FrameNumber> FrameTable::allocate(FrameUse use, std::uint32_t process, Rule why) {
    Account account(*this, Rule::BookAllocate);
    const FrameNumber frame = lists_.head(FrameList::FreeData);
    if (frame.value == 0 || memory_.faulted()) {
        account.frames = 0;
        refuse(process);
        return std::nullopt;
    }
    account.visited = 1;
    book(frame, use, process);
    if (memory_.faulted()) {
        return std::nullopt;
    }
    emitRun(EventKind::FramesAllocated, frame, PageCount(1), use, process, why);
    return frame;
}

std::optional<FrameNumber> FrameTable::takeKernelFrame(FrameUse use, std::uint32_t process) {
    FrameNumber frame = lists_.head(FrameList::FreeKernel);
    if (frame.value == 0) {
        frame = lists_.head(FrameList::FreeData);
    }
    if (frame.value == 0 || memory_.faulted()) {
        return std::nullopt;
    }
    take(frame, PageCount(1), use, process, Rule::KernelOwn);
    board_.memory.fill(startOf(frame), ByteCount(pageBytes), std::byte{0});
    return frame;
}

void FrameTable::setSideTable(FrameNumber table, FrameNumber side) {
    memory_.store(FrameLists::place(table, frame_field::page), side.value);
}

bool FrameTable::noteOwner(FrameNumber frame, const FrameOwner& owner) {
    const unsigned known = load(frame).references;
    if (!owners_->add(frame, owner, known)) {
        const auto fill = owners_->fill();
        board_.events.emit({.kind = EventKind::OwnerRefused,
                            .rule = settings_.books == FrameBooks::List ? Rule::KernelHeapFull
                                                                        : Rule::OwnerPoolEmpty,
                            .object = owner.process,
                            .vaddr = startOf(owner.page).value,
                            .paddr = startOf(frame).value,
                            .value = known,
                            .a = fill.used,
                            .b = fill.total});
        return false;
    }
    FrameInfo entry = load(frame);
    entry.references = static_cast<std::uint16_t>(known + 1);
    store(frame, entry);
    return true;
}

bool FrameTable::addOwner(FrameNumber frame, const FrameOwner& owner, Rule operation) {
    Account account(*this, operation);
    account.frames = operation == Rule::BookAllocate ? 0 : 1;
    return noteOwner(frame, owner);
}

std::optional<unsigned>
FrameTable::removeOwner(FrameNumber frame, const FrameOwner& owner, Rule operation) {
    Account account(*this, operation);
    account.frames = operation == Rule::BookRelease ? 0 : 1;
    const auto removal = owners_->remove(frame, owner);
    account.visited = removal.visited;
    if (!removal.found) {
        return std::nullopt;
    }
    FrameInfo entry = load(frame);
    entry.references = static_cast<std::uint16_t>(entry.references - 1);
    store(frame, entry);
    return entry.references;
}

bool FrameTable::release(FrameNumber frame, std::uint32_t process, Rule why) {
    Account account(*this, Rule::BookRelease);
    const FrameInfo old = load(frame);
    const bool free = old.use == FrameUse::Free;
    if (free || old.references != 0 || isReserved(frame)) {
        account.frames = 0;
        board_.events.emit({.kind = EventKind::FreeRefused,
                            .rule = free ? Rule::DoubleFree : Rule::FreeOfMapped,
                            .object = process,
                            .paddr = startOf(frame).value,
                            .value = static_cast<std::uint64_t>(old.use),
                            .a = old.references});
        return false;
    }
    unbook(frame, old);
    ++releases_;
    emitRun(EventKind::FramesFreed, frame, PageCount(1), old.use, process, why);
    return true;
}

// ---- runs
// -----------------------------------------------------------------------------------------------------------

void FrameTable::emitRun(EventKind kind,
                         FrameNumber first,
                         PageCount count,
                         FrameUse use,
                         std::uint32_t owner,
                         Rule why) {
    board_.events.emit({.kind = kind,
                        .rule = why,
                        .object = owner,
                        .paddr = startOf(first).value,
                        .value = static_cast<std::uint64_t>(use),
                        .a = count.value});
}

void FrameTable::take(FrameNumber first,
                      PageCount count,
                      FrameUse use,
                      std::uint32_t owner,
                      Rule why,
                      PageNumber page) {
    FRAGSCOPE_CHECK(isFree(first, count), "taking frames that are not free from " + text(first));
    Account account(*this, Rule::BookAllocate);
    account.frames = count.value;
    account.visited = count.value;
    for (std::uint64_t i = 0; i < count.value; ++i) {
        const FrameNumber frame = first + PageCount(i);
        book(frame, use, owner);
        if (use == FrameUse::Data) {
            (void)noteOwner(frame, {owner, page + PageCount(i)}); // says so if it is refused
        }
    }
    emitRun(EventKind::FramesAllocated, first, count, use, owner, why);
}

void FrameTable::give(FrameNumber first, PageCount count, Rule why) {
    const FrameInfo before = info(first);
    Account account(*this, Rule::BookRelease);
    account.frames = count.value;
    for (std::uint64_t i = 0; i < count.value; ++i) {
        const FrameNumber frame = first + PageCount(i);
        const FrameInfo old = load(frame);
        FRAGSCOPE_CHECK(memory_.faulted() || (old.use != FrameUse::Free && !isReserved(frame)),
                        "freeing a frame that nobody owns: " + text(frame));
        account.visited += std::max<std::uint64_t>(1, owners_->removeAll(frame, old.references));
        unbook(frame, old);
    }
    ++releases_;
    emitRun(EventKind::FramesFreed, first, count, before.use, before.owner, why);
}

void FrameTable::pin(FrameNumber first, PageCount count, int change) {
    std::uint16_t pins = 0;
    for (std::uint64_t i = 0; i < count.value; ++i) {
        FrameInfo frame = load(first + PageCount(i));
        frame.pins = static_cast<std::uint16_t>(std::max(0, frame.pins + change));
        pins = frame.pins;
        store(first + PageCount(i), frame);
    }
    if (change < 0) {
        ++releases_; // a pin that goes away may make a move possible
    }
    board_.events.emit({.kind = EventKind::FramesPinned,
                        .rule = Rule::ScenarioSaysSo,
                        .object = info(first).owner,
                        .paddr = startOf(first).value,
                        .value = pins,
                        .a = count.value});
}

void FrameTable::setAge(FrameNumber frame, std::uint8_t age) {
    FrameInfo entry = load(frame);
    entry.age = age;
    store(frame, entry);
}

} // namespace fragscope
