#include "fragscope/alloc/allocators/free_block_set.h"
#include "fragscope/alloc/dlmalloc/dlmalloc_layout.h"

#include <optional>

namespace fragscope::dlmalloc_layout {

namespace {

/// A block of a picture begins with the head: the word before it is the payload of the chunk
/// before.
constexpr std::uint64_t blockOf(std::uint64_t chunk) {
    return chunk + headAt;
}

struct Segment {
    std::uint64_t base = 0;
    std::uint64_t end = 0;
};

/// Reads a heap: segments and mapped areas by address, their chunks, then bins and trees.
class Decoder {
public:
    Decoder(const ArenaReader& reader, const HeapExtent& extent, const DlmallocPlaces& places)
        : reader_(reader), extent_(extent), places_(places), at_(extent.start) {}

    HeapPicture decode() {
        if (get(top) == 0 && !places_.isPool) {
            add(extent_.end, false, true); // nothing was ever asked for
            return std::move(heap_);
        }
        if (get(magic) != magicWord) {
            return std::move(
                heap_.broken("the magic word is another", VirtAddr(places_.state + magic)));
        }
        if (readRecords() && readSegments()) {
            add(extent_.end, false, true);
            readLists();
        }
        return std::move(heap_);
    }

private:
    static constexpr std::size_t most = 4096; ///< segments, and runs of areas

    // ---- segments ----
    bool readRecords() {
        for (std::uint64_t record = places_.state + segment; record != 0;
             record = load(record + segmentNext)) {
            const std::uint64_t base = load(record);
            const std::uint64_t bytes = load(record + segmentSize);
            if (base < extent_.start || base > extent_.end || bytes > extent_.end - base ||
                bytes < topFoot || base % granule != 0 || segments_.size() == most) {
                return broken("a segment's record describes no part of the heap", record);
            }
            segments_.push_back({base, base + bytes});
            records_.push_back(record);
        }
        std::sort(segments_.begin(), segments_.end(),
                  [](const Segment& a, const Segment& b) { return a.base < b.base; });
        return true;
    }

    /// Segments, and between them chunks with an area of their own.
    bool readSegments() {
        for (const Segment& each : segments_) {
            if (each.base < at_) {
                return broken("two segments overlap", each.base);
            }
            if (!readAreas(each.base) || !readChunks(each)) {
                return false;
            }
        }
        return readAreas(extent_.end);
    }

    /// Chunks with areas of their own from here to `end`.
    bool readAreas(std::uint64_t end) {
        const std::uint64_t runs = std::min<std::uint64_t>(load(places_.areas + 8), most);
        for (std::uint64_t run = 0; run < runs; ++run) {
            const std::uint64_t from = load(places_.areas + 16 + 16 * run);
            const std::uint64_t to = std::min(load(places_.areas + 24 + 16 * run), end);
            std::uint64_t chunk = std::max(from, at_);
            while (chunk < to) {
                const std::uint64_t head = load(chunk + headAt);
                const std::uint64_t bytes = sizeOf(head) + mappedFoot;
                if (!isMapped(head) || (head & flags) != 0 || bytes > to - chunk ||
                    bytes % page != 0) {
                    return broken("the head of a chunk with an area of its own is wrong",
                                  chunk + headAt);
                }
                if (load(chunk + sizeOf(head) + headAt) != fencepost) {
                    return broken("no fence post behind a chunk with an area of its own",
                                  chunk + sizeOf(head) + headAt);
                }
                add(chunk, false, true);
                add(chunk + bytes, true, false);
                chunk += bytes;
            }
        }
        return true;
    }

    bool readChunks(const Segment& segment) {
        add(blockOf(segment.base), false, true);
        bool before = true; // is the chunk before in use?
        std::uint64_t chunk = segment.base;
        while (chunk + headAt < segment.end) {
            const std::uint64_t head = load(chunk + headAt);
            if (head == fencepost) {
                break;
            }
            const std::uint64_t size = sizeOf(head);
            if ((head & 12) != 0 || size < 16 || size > segment.end - chunk) {
                return broken("a head gives a size that cannot be", chunk + headAt);
            }
            if (((head & beforeInUse) != 0) != before) {
                return broken("a head is wrong about the chunk before it", chunk + headAt);
            }
            if (chunk == get(top)) {
                return readTop(segment, head);
            }
            const bool used = isInUse(head);
            if (!used && !before) {
                return broken("two free chunks lie next to each other", chunk + headAt);
            }
            if (!used && load(chunk + size) != size) {
                return broken("the foot of a free chunk is another than its head", chunk + size);
            }
            const bool books = isRecord(chunk + payloadAt) ||
                               (places_.isPool && chunk + payloadAt == places_.state);
            add(blockOf(chunk + size), used && !books, books);
            before = used;
            chunk += size;
        }
        add(segment.end, false, true);
        return true;
    }

    bool readTop(const Segment& segment, std::uint64_t head) {
        const std::uint64_t size = sizeOf(head);
        if (isInUse(head) || size != get(topSize) || get(top) + size + topFoot != segment.end) {
            return broken("top is another than its segment leaves room for", get(top) + headAt);
        }
        sawTop_ = true;
        add(blockOf(get(top) + size), false, false);
        add(segment.end, false, true);
        return true;
    }

    [[nodiscard]] bool isRecord(std::uint64_t at) const {
        return std::find(records_.begin(), records_.end(), at) != records_.end();
    }

    // ---- lists ----
    void readLists() {
        if (!sawTop_) {
            heap_.broken("top is no chunk", VirtAddr(places_.state + top));
            return;
        }
        free_.emplace(heap_);
        const std::uint64_t maps = get(smallMap);
        for (unsigned bin = 0; bin < bins && heap_.whole(); ++bin) {
            if ((maps >> bin & 1) != 0) {
                readSmallBin(bin);
            }
        }
        readSingle("designated victim", victim, victimSize);
        for (unsigned tree = 0; tree < bins && heap_.whole(); ++tree) {
            readTree(tree, (maps >> (32 + tree) & 1) != 0);
        }
        readSingle("top", top, topSize);
        const HeapBlock* left = free_->leftOver();
        if (heap_.whole() && left != nullptr) {
            heap_.broken("a free chunk is in no bin", left->start);
        }
    }

    void readSmallBin(unsigned bin) {
        const std::uint64_t at = places_.state + smallBins + std::uint64_t{16} * bin;
        FreeListPicture list{"small bin", bin, 0, ByteCount(8 * bin), ByteCount(8 * bin), {}};
        std::uint64_t previous = at;
        for (std::uint64_t chunk = load(at + nextAt); chunk != at; chunk = load(chunk + nextAt)) {
            if (!takeMember(list, chunk, previous + nextAt)) {
                return;
            }
            if (load(chunk + previousAt) != previous) {
                heap_.broken("a link back leads elsewhere", VirtAddr(chunk + previousAt));
                return;
            }
            previous = chunk;
        }
        if (list.members.empty()) {
            heap_.broken("the bitmap of small bins is wrong about a bin", VirtAddr(places_.state));
        }
        heap_.lists.push_back(std::move(list));
    }

    void readSingle(std::string_view name, std::uint64_t field, std::uint64_t sizeField) {
        const std::uint64_t size = get(sizeField);
        if (size == 0 || !heap_.whole()) {
            return;
        }
        FreeListPicture list{name, 0, 0, ByteCount(0), ByteCount(size), {}};
        if (takeMember(list, get(field), places_.state + field) &&
            list.members.front().length.value != size) {
            heap_.broken("the victim or top has another size than its chunk",
                         VirtAddr(places_.state + sizeField));
        }
        heap_.lists.push_back(std::move(list));
    }

    void readTree(unsigned tree, bool marked) {
        const std::uint64_t root = places_.state + treeBins + 8 * std::uint64_t{tree};
        if ((load(root) != 0) != marked) {
            heap_.broken("the bitmap of trees is wrong about a tree",
                         VirtAddr(places_.state + treeMap));
            return;
        }
        if (!marked) {
            return;
        }
        const std::uint64_t above =
            tree == bins - 1 ? ~std::uint64_t{0} : leastOfTree(tree + 1) - 1;
        FreeListPicture list{"tree", tree, 0, ByteCount(leastOfTree(tree)), ByteCount(above), {}};
        readNode(list, {root, root, tree, 0, 0});
        heap_.lists.push_back(std::move(list));
    }

    /// A place in a tree: the word that leads there, and what the bits of sizes below it are.
    struct Place {
        std::uint64_t link;
        std::uint64_t parent;
        unsigned tree;
        unsigned depth;
        std::uint64_t path; ///< the first `depth` bits
    };

    bool readNode(FreeListPicture& list, const Place& place) {
        const std::uint64_t node = load(place.link);
        if (!takeMember(list, node, place.link)) {
            return false;
        }
        const std::uint64_t size = list.members.back().length.value;
        const std::uint64_t path = pathOf(size, place.tree);
        if (treeOf(size) != place.tree ||
            (place.depth != 0 && path >> (64 - place.depth) != place.path)) {
            return broken("a chunk lies where its size does not belong", node + headAt);
        }
        if (load(node + parentAt) != place.parent ||
            (load(node + indexAt) & 0xFFFFFFFF) != place.tree) {
            return broken("a chunk names another parent or tree", node + parentAt);
        }
        if (!readRing(list, node, size)) {
            return false;
        }
        for (const std::uint64_t side : {0U, 1U}) {
            const std::uint64_t link = node + childAt + 8 * side;
            if (load(link) != 0 &&
                (place.depth == 63 || !readNode(list, {link, node, place.tree, place.depth + 1,
                                                       place.path << 1 | side}))) {
                return place.depth == 63 ? broken("a tree is deeper than sizes have bits", link)
                                         : false;
            }
        }
        return true;
    }

    /// The other chunks of a node's size; the one to be taken first is the last in the ring.
    bool readRing(FreeListPicture& list, std::uint64_t node, std::uint64_t size) {
        std::uint64_t before = node;
        for (std::uint64_t chunk = load(node + nextAt); chunk != node;
             chunk = load(chunk + nextAt)) {
            if (!takeMember(list, chunk, before + nextAt)) {
                return false;
            }
            if (list.members.back().length.value != size || load(chunk + parentAt) != 0 ||
                load(chunk + previousAt) != before) {
                return broken("a chunk in the ring of another's size is none of it", chunk);
            }
            before = chunk;
        }
        if (load(node + previousAt) != before) {
            return broken("a link back leads elsewhere", node + previousAt);
        }
        return true;
    }

    /// The chunk becomes a member; `link` led to it.
    bool takeMember(FreeListPicture& list, std::uint64_t chunk, std::uint64_t link) {
        const HeapBlock* block = free_->take(blockOf(chunk));
        if (block == nullptr) {
            return broken("a link leads to something that is no free chunk, or listed twice", link);
        }
        if (block->length < list.least || list.most < block->length) {
            return broken("a free chunk is in the bin of another size", chunk + headAt);
        }
        list.members.push_back({block->start, block->length});
        return true;
    }

    // ---- words ----
    /// A block from the end of the one before to here.
    void add(std::uint64_t to, bool used, bool books) {
        if (to > at_) {
            heap_.blocks.push_back({VirtAddr(at_), ByteCount(to - at_), used, books});
            at_ = to;
        }
    }

    bool broken(std::string_view what, std::uint64_t at) {
        heap_.broken(what, VirtAddr(at));
        return false;
    }

    [[nodiscard]] std::uint64_t load(std::uint64_t at) const { return reader_.word(VirtAddr(at)); }

    [[nodiscard]] std::uint64_t get(std::uint64_t field) const {
        return load(places_.state + field);
    }

    const ArenaReader& reader_;
    HeapExtent extent_;
    DlmallocPlaces places_;
    std::uint64_t at_; ///< blocks reach to here
    std::vector<Segment> segments_;
    std::vector<std::uint64_t> records_;
    bool sawTop_ = false;
    std::optional<FreeBlockSet> free_;
    HeapPicture heap_;
};

} // namespace

HeapPicture
decode(const ArenaReader& reader, const HeapExtent& extent, const DlmallocPlaces& places) {
    return Decoder(reader, extent, places).decode();
}

} // namespace fragscope::dlmalloc_layout
