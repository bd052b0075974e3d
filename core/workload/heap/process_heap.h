#pragma once

#include "fragscope/kernel/paging/low_memory.h"
#include "fragscope/workload/heap/process_arena.h"
#include "fragscope/workload/heap/settings.h"

#include <map>
#include <string>

namespace fragscope {

/// A block that the program knows by name, freed or not.
struct NamedBlock {
    VirtAddr address{}; ///< 0 = never given out
    ByteCount size{};
    std::uint64_t fill = 0; ///< its words were filled with this and their number
    bool live = false;
    bool cached = false; ///< the program may drop it
};

/// malloc and free of a process: the heap, its pool, and what free() gives back to the kernel. The
/// only place that knows heaps as well as system calls; it makes one of the other.
///
/// The steps are parts of the caller's algorithm, which holds the lock.
/// Simplified: one lock for the whole heap.
class ProcessHeap : public PoolSource {
public:
    ProcessHeap(Kernel& kernel, Process& process, const HeapSettings& settings);

    // ---- malloc and free ----
    /// `address` is 0 if there is no memory. `migrateType` matters to page allocators only.
    Steps allocate(ByteCount size, VirtAddr& address, std::uint8_t migrateType = 0);

    /// Takes the block back and does what the setting says about its pages.
    Steps release(VirtAddr address, ByteCount size);

    // ---- PoolSource ----
    Steps growPool(PageCount pages, bool& granted) override;
    Steps shrinkPool(PageCount pages) override;
    Steps reserveBooks(VirtAddr at, PageCount pages, bool& granted) override;

    void blockMoved(VirtAddr from, VirtAddr to, ByteCount length) override;
    void decided(Rule why, VirtAddr block, std::span<const std::uint64_t, 3> operands) override;

    /// Where a byte of a block lies: at once, or through the table of a heap that moves blocks.
    Steps follow(HeapReference& reference);

    /// System call: pages of free memory go back and stay in use.
    Steps convert(PageRun run, Rule why);

    // ---- lock ----
    [[nodiscard]] bool unlocked(std::uint64_t) const { return lockedBy_ == 0 || ended(); }

    void lock(std::uint32_t task) { lockedBy_ = task; }

    /// All stores before are visible then. With checking on: all words of the heap must fit each
    /// other now.
    void unlock();

    [[nodiscard]] bool lockedBy(const Task& task) const { return lockedBy_ == task.id; }

    // ---- end ----
    [[nodiscard]] bool ended() const { return process_.state != ProcessState::Running; }

    /// The program has run to its end: nothing new becomes free.
    void programEnded() { programEnded_ = true; }

    [[nodiscard]] bool over() const { return programEnded_ || ended(); }

    /// The words of the heap are wrong: the process is ended.
    void broken(const HeapDamaged& damage);

    // ---- scavengers ----
    /// Condition: something was freed since, or the program is over.
    [[nodiscard]] bool hasNews(std::uint64_t freesSeen) const {
        return frees_ != freesSeen || over();
    }

    /// Condition: the process was asked for memory, or the program is over.
    [[nodiscard]] bool asked(std::uint64_t) const { return listener_->wanted() || over(); }

    /// Condition: the lock is free, or somebody waits who may be its holder.
    [[nodiscard]] bool unlockedOrUrgent(std::uint64_t) const {
        return unlocked(0) || listener_->urgent;
    }

    void listen(LowMemory& lowMemory, bool onNotice) {
        listener_ = &lowMemory.listen(process_, onNotice);
    }

    [[nodiscard]] LowMemory::Listener& listener() { return *listener_; }

    [[nodiscard]] std::uint64_t frees() const { return frees_; }

    // ---- parts ----
    [[nodiscard]] Kernel& kernel() { return kernel_; }

    [[nodiscard]] Process& process() { return process_; }

    [[nodiscard]] const HeapSettings& settings() const { return settings_; }

    [[nodiscard]] Heap& heap() { return *heap_; }

    [[nodiscard]] const Arena& arena() const { return arena_; }

    [[nodiscard]] HeapPicture picture() const;

    [[nodiscard]] std::map<std::string, NamedBlock>& blocks() { return blocks_; }

    [[nodiscard]] std::uint64_t nextFill() { return ++fills_; }

private:
    Steps giveBack(VirtAddr address, ByteCount size, const HeapReturn& block);
    void announceFree(VirtAddr payload, ByteCount size, ByteCount merged);
    Steps releaseArea(VirtAddr address, ByteCount size);
    Steps mark(PageRun run);
    void checkWhole();
    void announceCall(Rule why, PageCount pages, std::uint64_t begun);

    [[nodiscard]] std::uint64_t now() const { return kernel_.board().scheduler.now(); }

    Kernel& kernel_;
    Process& process_;
    const HeapSettings& settings_;
    ProcessArena arena_;
    ProcessBytes bytes_;
    std::unique_ptr<Heap> heap_;
    std::map<std::string, NamedBlock> blocks_;
    LowMemory::Listener* listener_ = nullptr;
    std::uint32_t lockedBy_ = 0; ///< task; 0 = nobody
    std::uint64_t frees_ = 0;
    std::uint64_t fills_ = 0;
    std::uint64_t pagesBack_ = 0; ///< given back so far
    bool programEnded_ = false;
};

/// The widest aligned access at an address, in bytes: blocks of some allocators are multiples of 4.
constexpr std::uint8_t widthAt(VirtAddr address) {
    return address.value % 8 == 0 ? 8 : address.value % 4 == 0 ? 4 : 1;
}

/// Takes the lock of a heap, at a line of the caller's listing.
template <class Line> Steps lockHeap(ProcessHeap& heap, Task& self, Line line) {
    co_yield line;
    while (!heap.unlocked(0)) {
        co_await until(conditionOf<&ProcessHeap::unlocked>(heap));
        co_yield line;
    }
    heap.lock(self.id);
}

} // namespace fragscope
