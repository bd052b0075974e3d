#pragma once

#include "fragscope/alloc/heap.h"
#include "fragscope/alloc/memory/memory_plan.h"
#include "fragscope/alloc/memory/zeroed_buffer.h"
#include "fragscope/event/rule.h"

#include <algorithm>
#include <type_traits>

namespace fragscope {

/// The memory of an allocator in two plain buffers, without pages, faults and observers: for
/// experiments of millions of operations. All hooks of observers are empty and cost nothing.
///
/// What an allocator may ask of its memory (ObservedMemory has the same functions):
///   load, store    one little-endian number of 1, 2, 4 or 8 bytes
///   copy           moves bytes; the ranges may overlap
///   grow, shrink   the heap's end; new bytes read zero. False: refused, nothing changed
///   step           the line of the listing under way, and its variables in the listing's order
///   reason         why the operation ended as it did
///   looked         one more free area or bit map was looked at in a search
///   moved          a block in use lies elsewhere now: its payload, from and to; bytes copied
///   aborted        a copy in parts was given up
class FlatMemory {
public:
    explicit FlatMemory(const MemoryPlan& plan) : plan_(plan), booksStart_(plan.booksStart()) {
        heap_.growTo(plan.heapBytes);
        setHeapBytes(plan.heapBytes);
    }

    template <class T = std::uint64_t> [[nodiscard]] T load(std::uint64_t at) {
        static_assert(std::is_unsigned_v<T>);
        T value;
        std::memcpy(&value, place(at, sizeof(T)), sizeof(T));
        return value;
    }

    template <class T = std::uint64_t> void store(std::uint64_t at, std::type_identity_t<T> value) {
        static_assert(std::is_unsigned_v<T>);
        std::memcpy(place(at, sizeof(T)), &value, sizeof(T));
    }

    void copy(std::uint64_t to, std::uint64_t from, std::uint64_t bytes) {
        if (bytes != 0) {
            unsigned char* target = place(to, bytes); // may make the books larger
            std::memmove(target, place(from, bytes), bytes);
        }
    }

    [[nodiscard]] bool grow(std::uint64_t bytes) {
        if (bytes > plan_.heapLimit - heapBytes_) {
            return false;
        }
        heap_.growTo(heapBytes_ + bytes);
        std::memset(heap_.data() + heapBytes_, 0, bytes);
        setHeapBytes(heapBytes_ + bytes);
        return true;
    }

    void shrink(std::uint64_t bytes) { setHeapBytes(heapBytes_ - std::min(bytes, heapBytes_)); }

    [[nodiscard]] const MemoryPlan& plan() const { return plan_; }

    [[nodiscard]] std::uint64_t heapStart() const { return plan_.heapStart; }

    [[nodiscard]] std::uint64_t heapEnd() const { return plan_.heapStart + heapBytes_; }

    [[nodiscard]] std::uint64_t books() const { return booksStart_; }

    // ---- for observers; nothing here ----
    template <class Line, class... Values> void step(Line, Values...) {}

    template <class... Values> void reason(Rule, Values...) {}

    void looked() {}

    void moved(std::uint64_t, std::uint64_t, std::uint64_t) {}

    void aborted(bool) {}

private:
    /// Throws HeapDamaged for an address that is in neither range: only a word that somebody has
    /// overwritten leads there.
    unsigned char* place(std::uint64_t at, std::uint64_t bytes) {
        const std::uint64_t offset = at - plan_.heapStart;
        if (bytes <= wordBytes && offset < wordsEnd_) [[likely]] {
            return heap_.data() + offset;
        }
        const std::uint64_t offsetInBooks = at - booksStart_;
        if (bytes <= wordBytes && offsetInBooks < bookWordsEnd_) {
            return books_.data() + offsetInBooks;
        }
        return placeAnywhere(at, bytes);
    }

    [[gnu::noinline]] unsigned char* placeAnywhere(std::uint64_t at, std::uint64_t bytes) {
        if (at - plan_.heapStart < heapBytes_ && bytes <= heapBytes_ - (at - plan_.heapStart)) {
            return heap_.data() + (at - plan_.heapStart);
        }
        const std::uint64_t offset = at - booksStart_;
        if (at < booksStart_ || offset >= plan_.booksBytes || bytes > plan_.booksBytes - offset) {
            throw HeapDamaged{VirtAddr(at), bytes};
        }
        books_.growTo(offset + bytes);
        bookWordsEnd_ = wordsEndOf(std::min<std::uint64_t>(books_.size(), plan_.booksBytes));
        return books_.data() + offset;
    }

    void setHeapBytes(std::uint64_t bytes) {
        heapBytes_ = bytes;
        wordsEnd_ = wordsEndOf(bytes);
    }

    /// A whole word lies in a range of so many bytes at each offset below.
    static std::uint64_t wordsEndOf(std::uint64_t bytes) {
        return bytes < wordBytes ? 0 : bytes - wordBytes + 1;
    }

    MemoryPlan plan_;
    std::uint64_t heapBytes_ = 0;
    std::uint64_t wordsEnd_ = 0;     ///< of the heap: one comparison for nearly all accesses
    std::uint64_t bookWordsEnd_ = 0; ///< of the books that are there by now
    std::uint64_t booksStart_;
    ZeroedBuffer heap_;
    ZeroedBuffer books_;
};

} // namespace fragscope
