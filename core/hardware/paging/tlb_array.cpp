#include "fragscope/hardware/paging/tlb_array.h"

#include "fragscope/base/check.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

namespace fragscope {

namespace {

void checkGeometry(const TlbGeometry& geometry) {
    const bool treeFits = geometry.replacement != Replacement::TreePlru ||
                          (std::has_single_bit(geometry.ways) && geometry.ways <= 64);
    FRAGSCOPE_CHECK(geometry.sets == 0 || (std::has_single_bit(geometry.sets) && geometry.ways > 0),
                    fmt::format("{} sets of {} ways", geometry.sets, geometry.ways));
    FRAGSCOPE_CHECK(geometry.sets == 0 || treeFits, fmt::format("tree of {} ways", geometry.ways));
}

} // namespace

TlbArray::TlbArray(const TlbGeometry& geometry, unsigned baseShift, std::uint64_t seed)
    : shifts_{baseShift, 21, 22, 30}, setMask_(geometry.sets == 0 ? 0 : geometry.sets - 1),
      ways_(geometry.ways), baseShift_(baseShift), replacement_(geometry.replacement), rng_(seed) {
    checkGeometry(geometry);
    entries_.resize(std::size_t{geometry.sets} * geometry.ways);
    stamps_.resize(entries_.size());
    trees_.resize(geometry.sets);
    classOfShift_.fill(classCount);
    for (unsigned i = 0; i < classCount; ++i) {
        classOfShift_[shifts_[i]] = static_cast<std::uint8_t>(i);
    }
}

unsigned TlbArray::find(VirtAddr address, std::uint64_t key) const {
    for (unsigned sizeClass = 0; sizeClass < classCount; ++sizeClass) {
        if (used_[sizeClass] == 0) {
            continue;
        }
        const unsigned first = firstOfSet(address, shifts_[sizeClass]);
        for (unsigned slot = first; slot < first + ways_; ++slot) {
            if (entries_[slot].valid() && entries_[slot].matches(key)) {
                return slot;
            }
        }
    }
    return none;
}

void TlbArray::checkSize(const TlbEntry& entry) const {
    FRAGSCOPE_CHECK(classOf(entry.page.shift) < classCount,
                    fmt::format("no page size of 2^{} bytes", entry.page.shift));
}

unsigned TlbArray::insert(const TlbEntry& entry) {
    checkSize(entry);
    const unsigned first = firstOfSet(entry.start(baseShift_), entry.page.shift);
    const unsigned slot = place(first, entry);
    if (entries_[slot].valid()) {
        --used_[classOf(entries_[slot].page.shift)];
    }
    ++used_[classOf(entry.page.shift)];
    entries_[slot] = entry;
    touch(slot);
    if (replacement_ == Replacement::Fifo) {
        stamps_[slot] = ++now_;
    }
    return slot;
}

unsigned TlbArray::place(unsigned first, const TlbEntry& entry) {
    unsigned empty = none;
    for (unsigned slot = first; slot < first + ways_; ++slot) {
        const TlbEntry& held = entries_[slot];
        if (held.valid() && held.tag == entry.tag && held.mask == entry.mask) {
            return slot;
        }
        if (!held.valid() && empty == none) {
            empty = slot;
        }
    }
    return empty != none ? empty : victim(first);
}

unsigned TlbArray::victim(unsigned first) {
    switch (replacement_) {
    case Replacement::Random:
        return first + static_cast<unsigned>(rng_.below(ways_));
    case Replacement::TreePlru:
        return treeVictim(first);
    case Replacement::Lru:
    case Replacement::Fifo:
        break;
    }
    unsigned oldest = first;
    for (unsigned slot = first + 1; slot < first + ways_; ++slot) {
        oldest = stamps_[slot] < stamps_[oldest] ? slot : oldest; // without a branch to mispredict
    }
    return oldest;
}

// Node n has the children 2n and 2n + 1, the root is 1; a bit says in which half the victim lies.
void TlbArray::touchTree(unsigned index) {
    std::uint64_t& tree = trees_[index / ways_];
    unsigned node = 1;
    for (unsigned half = ways_ / 2; half > 0; half /= 2) {
        const unsigned upper = (index % ways_ / half) & 1U;
        tree = upper != 0 ? tree & ~(1ULL << node) : tree | (1ULL << node);
        node = 2 * node + upper;
    }
}

unsigned TlbArray::treeVictim(unsigned first) const {
    const std::uint64_t tree = trees_[first / ways_];
    unsigned node = 1;
    unsigned way = 0;
    for (unsigned half = ways_ / 2; half > 0; half /= 2) {
        const unsigned upper = static_cast<unsigned>(tree >> node) & 1U;
        way += upper * half;
        node = 2 * node + upper;
    }
    return first + way;
}

void TlbArray::drop(unsigned index) {
    if (entries_[index].valid()) {
        --used_[classOf(entries_[index].page.shift)];
        entries_[index] = TlbEntry();
    }
}

unsigned TlbArray::check() const {
    std::array<unsigned, classCount> counted{};
    for (unsigned slot = 0; slot < slotCount(); ++slot) {
        const TlbEntry& entry = entries_[slot];
        if (!entry.valid()) {
            continue;
        }
        ++counted[classOf(entry.page.shift)];
        if (firstOfSet(entry.start(baseShift_), entry.page.shift) != slot - slot % ways_) {
            return 1;
        }
    }
    return counted == used_ ? 0 : 2;
}

} // namespace fragscope
