#pragma once

#include "fragscope/kernel/kernel.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <vector>

namespace fragscope {

/// The shadow copy: knows the last value written to each word of each process, whatever algorithm
/// moves the frames underneath. Lost writes, stale reads and foreign accesses become events at the
/// moment at which they happen; each names the step of the write concerned.
///
/// It follows events only: accesses, and where the map leads (table entries, or the list itself
/// with `translation = ranges`). A page that becomes reachable is compared with the bytes of its
/// frame, word by word.
class Shadow : public EventSink {
public:
    explicit Shadow(Kernel& kernel);

    /// Kinds to attach it for.
    static KindSet kinds();

    void onEvent(const Event& event) override;

    /// Compares all reachable memory of the running processes; emits ContentsEqual or
    /// InvariantBroken (I8).
    void compareAll();

private:
    static constexpr std::uint64_t nowhere = ~0ULL;

    /// The contents of a page, shared by all processes that map it.
    struct Contents {
        std::array<std::uint64_t, wordsPerPage> words{};
        std::array<std::uint64_t, wordsPerPage> writtenAt{}; ///< step
        std::uint64_t views = 0;
    };

    /// A page of a process: where the map leads now, and where a copy of it waits.
    struct View {
        std::size_t contents = nowhere;
        std::uint64_t frame = nowhere;     ///< reachable there
        std::uint64_t home = nowhere;      ///< last place that was compared
        std::uint64_t copyFrame = nowhere; ///< copied there, not reachable yet
        bool givenBack = false; ///< the process gave the page back: a new one starts afresh
        bool written = false;   ///< since it was marked as not needed (page_marks.h), or not free
    };

    /// The part of a word that an access is about.
    struct Part {
        unsigned shift = 0;         ///< bits below it
        std::uint64_t mask = ~0ULL; ///< of its bits, shifted down

        explicit Part(const Event& event)
            : shift(static_cast<unsigned>(event.vaddr % wordBytes * 8)),
              mask(event.size == 0 || event.size >= wordBytes ? ~0ULL
                                                              : (1ULL << (event.size * 8)) - 1) {}

        [[nodiscard]] std::uint64_t of(std::uint64_t word) const { return word >> shift & mask; }

        [[nodiscard]] std::uint64_t in(std::uint64_t word, std::uint64_t value) const {
            return (word & ~(mask << shift)) | (value & mask) << shift;
        }
    };

    /// A store that waits in a store buffer; those of a CPU leave in order.
    struct Buffered {
        Part part;
        std::uint8_t cpu = 0;
        std::size_t contents = 0;
        std::size_t word = 0;
        std::uint64_t value = 0;
    };

    struct Difference {
        std::uint64_t equalWords = 0;
        std::uint64_t firstAddress = nowhere; ///< of a word that differs
    };

    [[nodiscard]] Difference differenceOf(std::uint32_t process) const;
    void onVisible(const Event& store);
    void onBuffered(const Event& store);
    void forgetBuffered(const Event& drained);

    /// What the load must find: the CPU's own waiting store, or else what is visible. Reports a
    /// store that waits on another CPU.
    std::uint64_t expectedBy(const Event& load, const View& view);
    void onOverrun(const Event& event);
    void onLoad(const Event& event);
    void onTableEntry(const Event& event);
    void onMapChange(std::uint32_t process);
    void onCopied(const Event& event);
    void forgetCopies(std::uint32_t process);
    void onHeap(const Event& event);
    void onBodyCopied(const Event& event);
    void onDevice(const Event& event);
    void sendPage(std::uint32_t process, std::uint64_t page, std::uint64_t frame);
    bool receivePage(std::uint32_t process, std::uint64_t page, std::uint64_t frame);
    void moveMessage(std::uint64_t from, std::uint64_t to);
    [[nodiscard]] bool givesBack(const Event& entry, std::uint64_t page);
    [[nodiscard]] bool holdsLiveBlock(std::uint32_t process, std::uint64_t page) const;

    void reachable(std::uint32_t process,
                   std::uint64_t page,
                   std::uint64_t frame,
                   Rule why = Rule::None);
    void onSwappedOut(const Event& event, std::uint64_t page);
    View& viewOf(std::uint32_t process, std::uint64_t page);
    bool isShown(std::uint32_t process, std::uint64_t page);
    void show(View& view, std::size_t contents);
    void onFreed(const Event& event);
    void forgetDead(std::uint32_t process, std::uint64_t page);
    [[nodiscard]] static bool isReclaim(Rule why);
    void ownCopy(std::uint32_t process, std::uint64_t page);
    void unreachable(std::uint32_t process, std::uint64_t page, bool givenBack);
    void compare(std::uint32_t process,
                 std::uint64_t page,
                 View& view,
                 Rule why = Rule::WriteUnreachable);
    void startAfresh(View& view, std::uint32_t process, std::uint64_t frame, Rule why);
    void checkOwner(const Event& event);
    void onSegment(const Event& event);
    [[nodiscard]] bool inSegmentHeap(std::uint64_t frame) const;
    [[nodiscard]] bool isWithoutPaging() const; ///< every process sees the whole segment heap
    void clear(std::uint64_t first, std::uint64_t frames);

    /// Who may access the frame; 0 = nobody, `everybody` if several processes map it.
    [[nodiscard]] std::uint32_t ownerOf(std::uint64_t frame) const;
    static constexpr std::uint32_t everybody = ~0U;
    void reportLost(
        const Event& event, Contents& contents, std::size_t word, std::uint64_t truth, Rule why);
    View* find(std::uint32_t process, std::uint64_t page);
    std::uint64_t bytesAt(std::uint64_t frame, std::size_t word) const;

    static std::size_t wordOf(std::uint64_t address) {
        return (address & pageOffsetMask) / wordBytes;
    }

    static std::uint64_t key(std::uint32_t process, std::uint64_t page) {
        return std::uint64_t{process} << 40 | page;
    }

    Kernel& kernel_;
    std::unordered_map<std::uint64_t, View> views_; ///< looked up only, never iterated
    std::unordered_map<std::uint64_t, std::size_t> frameContents_; ///< by frame; looked up only
    std::unordered_map<std::uint64_t, std::size_t> slotContents_;  ///< by slot; looked up only
    std::vector<std::vector<std::uint64_t>>
        pages_; ///< by process: its pages, in order of appearance
    std::vector<std::unique_ptr<Contents>> contents_;
    std::vector<Buffered> buffered_;                                ///< oldest first
    std::pair<std::uint64_t, std::uint64_t> reclaimed_{nowhere, 0}; ///< frame and page, the last
    std::pair<std::uint64_t, std::uint64_t> overwritten_; ///< by the last store: value, step
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t>
        liveBlocks_; ///< of heaps: process and start to end

    /// A run of frames of the segment heap, and whose it is; by its first frame.
    struct OwnedRun {
        std::uint64_t frames = 0;
        std::uint32_t process = 0;
    };

    std::map<std::uint64_t, OwnedRun> segments_;
    std::map<std::uint64_t, std::size_t> messages_; ///< contents in transit, by frame
};

} // namespace fragscope
