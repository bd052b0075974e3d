#include "fragscope/alloc/replay/operation_log.h"

namespace fragscope {

using Kind = LoggedAction::Kind;

/// The action that this one repeats, if it was done before.
const LoggedAction* OperationLog::pinned() const {
    return actions_.size() < pinned_.size() ? &pinned_[actions_.size()] : nullptr;
}

/// As FlatMemory: only a damaged word leads out of heap and books.
void OperationLog::checkInside(std::uint64_t at, std::uint64_t bytes) const {
    const std::uint64_t books = plan_.booksStart();
    const bool inHeap = at >= plan_.heapStart && at < heapEnd_ && bytes <= heapEnd_ - at;
    const bool inBooks =
        at >= books && at - books < plan_.booksBytes && bytes <= plan_.booksBytes - (at - books);
    if (!inHeap && !inBooks) {
        throw HeapDamaged{VirtAddr(at), bytes};
    }
}

std::uint8_t OperationLog::byteAt(std::uint64_t at) const {
    if (const auto found = written_.find(at); found != written_.end()) {
        return found->second;
    }
    const std::uint64_t word = reader_.word(VirtAddr(at - at % wordBytes));
    return static_cast<std::uint8_t>(word >> (at % wordBytes * 8));
}

std::uint64_t OperationLog::load(std::uint64_t at, unsigned bytes) {
    checkInside(at, bytes);
    std::uint64_t value = 0;
    if (const LoggedAction* done = pinned()) {
        value = done->value;
    } else {
        for (unsigned i = 0; i < bytes; ++i) {
            value |= std::uint64_t{byteAt(at + i)} << (8 * i);
        }
    }
    actions_.push_back({Kind::Load, static_cast<std::uint8_t>(bytes), 0, false, at, value, 0, {}});
    return value;
}

void OperationLog::store(std::uint64_t at, unsigned bytes, std::uint64_t value) {
    checkInside(at, bytes);
    for (unsigned i = 0; i < bytes; ++i) {
        written_[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    actions_.push_back({Kind::Store, static_cast<std::uint8_t>(bytes), 0, false, at, value, 0, {}});
}

void OperationLog::copy(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) {
    checkInside(to, bytes);
    checkInside(from, bytes);
    std::vector<std::uint8_t> copied(bytes);
    for (std::uint64_t i = 0; i < bytes; ++i) {
        copied[i] = byteAt(from + i);
    }
    for (std::uint64_t i = 0; i < bytes; ++i) {
        written_[to + i] = copied[i];
    }
    actions_.push_back({Kind::Copy, 0, 0, false, to, from, bytes, {}});
}

bool OperationLog::grow(std::uint64_t bytes) {
    const LoggedAction* done = pinned();
    const bool granted =
        done != nullptr ? done->granted : bytes <= plan_.heapStart + plan_.heapLimit - heapEnd_;
    actions_.push_back({Kind::Grow, 0, 0, granted, 0, bytes, 0, {}});
    heapEnd_ += granted ? bytes : 0;
    return granted;
}

void OperationLog::shrink(std::uint64_t bytes) {
    actions_.push_back({Kind::Shrink, 0, 0, false, 0, bytes, 0, {}});
    heapEnd_ -= bytes;
}

void OperationLog::moved(std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
    actions_.push_back({Kind::Moved, 0, 0, false, to, from, bytes, {}});
}

void OperationLog::step(std::uint16_t line, std::span<const std::uint64_t> locals) {
    LoggedAction action;
    action.line = line;
    for (std::size_t i = 0; i < locals.size() && i < action.locals.size(); ++i) {
        action.locals[i] = locals[i];
    }
    actions_.push_back(action);
}

} // namespace fragscope
