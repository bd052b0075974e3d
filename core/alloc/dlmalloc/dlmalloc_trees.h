#pragma once

#include "fragscope/alloc/dlmalloc/dlmalloc_heap.h"

/// Trees of large chunks: bitwise tries by size. A node may have any size of its subtree's range;
/// its left child has the lower half of the range, its right child the upper one. Further chunks of
/// a node's size hang in a ring behind it, and the oldest of them is used first.
namespace fragscope {

/// For a small request: the smallest chunk of the lowest tree; its rest becomes the victim.
template <class Memory>
std::uint64_t DlmallocHeap<Memory>::fromSmallestTree(Locals& l, std::uint32_t map) {
    using namespace dlmalloc_layout;
    l.bin = static_cast<unsigned>(std::countr_zero(map));
    Best best{0, ~std::uint64_t{0}};
    walkLeft(l, load(treeAt(l.bin)), best);
    l.chunk = best.chunk;
    l.rest = best.rest;
    l.bytes = l.size + l.rest;
    unlinkLarge(l, l.chunk);
    memory_.reason(Rule::HeapTreeFit, l.size, l.bytes);
    if (l.rest < leastChunk) {
        giveWhole(l);
    } else {
        giveFront(l);
        replaceVictim(l, l.chunk + l.size, l.rest);
    }
    return l.chunk;
}

/// For a large request: best fit, unless the victim fits better.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::fromTrees(Locals& l) {
    using namespace dlmalloc_layout;
    step(Line::TreeMap, l);
    const std::uint32_t map = getMap(treeMap);
    memory_.looked();
    if (map == 0) {
        return 0;
    }
    Best best{0, ~l.size + 1};
    l.bin = treeOf(l.size);
    std::uint64_t node = walkToSize(l, best);
    if (node == 0 && best.chunk == 0) {
        const std::uint32_t above = map & ~1U << l.bin;
        if (above != 0) {
            l.bin = static_cast<unsigned>(std::countr_zero(above));
            node = load(treeAt(l.bin));
        }
    }
    walkLeft(l, node, best);
    l.victim = get(victimSize);
    if (best.chunk == 0 || best.rest >= l.victim - l.size) {
        return 0;
    }
    l.chunk = best.chunk;
    l.rest = best.rest;
    l.bytes = l.size + l.rest;
    unlinkLarge(l, l.chunk);
    memory_.reason(Rule::HeapTreeFit, l.size, l.bytes);
    if (l.rest < leastChunk) {
        giveWhole(l);
    } else {
        giveFront(l);
        insert(l, l.chunk + l.size, l.rest);
    }
    return l.chunk;
}

/// Down the path of the request's own size. Returns the deepest right subtree that was passed by,
/// which holds the least of the larger sizes; 0 if there is none, or after an exact fit.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::walkToSize(Locals& l, Best& best) {
    using namespace dlmalloc_layout;
    std::uint64_t passed = 0;
    std::uint64_t path = pathOf(l.size, static_cast<unsigned>(l.bin));
    std::uint64_t node = load(treeAt(l.bin));
    for (unsigned depth = 0; node != 0; ++depth) {
        check(depth < mostDepth, node, depth);
        step(Line::WalkTree, l);
        consider(l, node, best);
        if (best.rest == 0) {
            return 0;
        }
        const std::uint64_t right = load(node + childAt + 8);
        node = (path >> 63) != 0 ? right : load(node + childAt);
        if (right != 0 && right != node) {
            passed = right;
        }
        path <<= 1;
    }
    return passed;
}

template <class Memory>
void DlmallocHeap<Memory>::walkLeft(Locals& l, std::uint64_t node, Best& best) {
    using namespace dlmalloc_layout;
    for (unsigned depth = 0; node != 0; ++depth) {
        check(depth < mostDepth, node, depth);
        step(Line::Leftmost, l);
        consider(l, node, best);
        const std::uint64_t left = load(node + childAt);
        node = left != 0 ? left : load(node + childAt + 8);
    }
}

template <class Memory>
void DlmallocHeap<Memory>::consider(Locals& l, std::uint64_t node, Best& best) {
    using namespace dlmalloc_layout;
    checkChunk(node, node);
    const std::uint64_t head = headOf(node);
    check(!isInUse(head) && sizeOf(head) >= leastLarge, node + headAt, head);
    l.chunk = node;
    l.bytes = sizeOf(head);
    memory_.looked();
    const std::uint64_t rest = l.bytes - l.size;
    if (rest < best.rest) {
        best = {node, rest};
    }
}

template <class Memory>
void DlmallocHeap<Memory>::insertLarge(Locals& l, std::uint64_t chunk, std::uint64_t size) {
    using namespace dlmalloc_layout;
    const unsigned tree = treeOf(size);
    l.bin = tree;
    step(Line::InsertTree, l);
    memory_.template store<std::uint32_t>(chunk + indexAt, tree);
    store(chunk + childAt, 0);
    store(chunk + childAt + 8, 0);
    const std::uint32_t map = getMap(treeMap);
    std::uint64_t slot = treeAt(tree); // where a link to the chunk goes
    std::uint64_t parent = slot;
    if ((map >> tree & 1U) == 0) {
        setMap(treeMap, map | 1U << tree);
    } else {
        std::uint64_t path = pathOf(size, tree);
        unsigned depth = 0;
        for (std::uint64_t node = load(slot); node != 0; node = load(slot)) {
            checkChunk(node, slot);
            check(depth < mostDepth, node, depth);
            ++depth;
            const std::uint64_t head = headOf(node);
            if (sizeOf(head) == size) {
                return joinRing(node, chunk);
            }
            parent = node;
            slot = node + childAt + 8 * (path >> 63);
            path <<= 1;
            step(Line::InsertTree, l);
        }
    }
    store(slot, chunk);
    store(chunk + parentAt, parent);
    store(chunk + nextAt, chunk);
    store(chunk + previousAt, chunk);
}

template <class Memory>
void DlmallocHeap<Memory>::joinRing(std::uint64_t node, std::uint64_t chunk) {
    using namespace dlmalloc_layout;
    const std::uint64_t next = load(node + nextAt);
    checkChunk(next, node + nextAt);
    store(node + nextAt, chunk);
    store(next + previousAt, chunk);
    store(chunk + nextAt, next);
    store(chunk + previousAt, node);
    store(chunk + parentAt, 0);
}

template <class Memory> void DlmallocHeap<Memory>::unlinkLarge(Locals& l, std::uint64_t chunk) {
    using namespace dlmalloc_layout;
    l.bin = memory_.template load<std::uint32_t>(chunk + indexAt);
    step(Line::UnlinkTree, l);
    const std::uint64_t parent = load(chunk + parentAt);
    std::uint64_t other = load(chunk + previousAt);
    if (other != chunk) {
        const std::uint64_t next = load(chunk + nextAt);
        checkChunk(next, chunk + nextAt);
        checkChunk(other, chunk + previousAt);
        check(load(next + previousAt) == chunk, next + previousAt, chunk);
        check(load(other + nextAt) == chunk, other + nextAt, chunk);
        store(next + previousAt, other);
        store(other + nextAt, next);
    } else {
        other = takeLeaf(chunk);
    }
    if (parent != 0) {
        check(l.bin < bins, chunk + indexAt, l.bin);
        replaceInTree(chunk, parent, other);
    }
}

/// Cuts off the rightmost leaf below a node; 0 if the node is a leaf itself.
template <class Memory> std::uint64_t DlmallocHeap<Memory>::takeLeaf(std::uint64_t chunk) {
    using namespace dlmalloc_layout;
    std::uint64_t slot = 0;
    std::uint64_t leaf = 0;
    std::uint64_t node = chunk;
    for (unsigned depth = 0;; ++depth) {
        check(depth < mostDepth, chunk, depth);
        std::uint64_t child = node + childAt + 8;
        std::uint64_t below = load(child);
        if (below == 0) {
            child = node + childAt;
            below = load(child);
        }
        if (below == 0) {
            break;
        }
        checkChunk(below, child);
        slot = child;
        leaf = below;
        node = below;
    }
    if (slot != 0) {
        store(slot, 0);
    }
    return leaf;
}

/// `other` (0: nothing) takes the place of `chunk`, with its children.
template <class Memory>
void DlmallocHeap<Memory>::replaceInTree(std::uint64_t chunk,
                                         std::uint64_t parent,
                                         std::uint64_t other) {
    using namespace dlmalloc_layout;
    const auto tree = memory_.template load<std::uint32_t>(chunk + indexAt);
    if (load(treeAt(tree)) == chunk) {
        store(treeAt(tree), other);
        if (other == 0) {
            setMap(treeMap, getMap(treeMap) & ~(1U << tree));
        }
    } else {
        checkChunk(parent, chunk + parentAt);
        const std::uint64_t side = load(parent + childAt) == chunk ? 0 : 8;
        check(load(parent + childAt + side) == chunk, parent + childAt + side, chunk);
        store(parent + childAt + side, other);
    }
    if (other == 0) {
        return;
    }
    store(other + parentAt, parent);
    for (const std::uint64_t side : {0U, 8U}) {
        const std::uint64_t child = load(chunk + childAt + side);
        if (child != 0) {
            checkChunk(child, chunk + childAt + side);
            store(other + childAt + side, child);
            store(child + parentAt, other);
        }
    }
}

} // namespace fragscope
