#include "fragscope/workload/heap/process_arena.h"

#include "fragscope/kernel/paging/demand_paging.h"

#include <cstring>

namespace fragscope {

bool ProcessArena::tryWord(Task& task, ArenaWord& word) {
    request_.address = word.at;
    request_.kind = word.write ? AccessKind::Write : AccessKind::Read;
    request_.value = word.value;
    request_.bytes = static_cast<std::uint8_t>(word.bytes);
    return access(kernel_, request_).bind(task).await_ready();
}

void ProcessArena::waitFor(Task& task, Steps::Handle caller) {
    access(kernel_, request_).bind(task).await_suspend(caller);
}

void ProcessArena::finish(ArenaWord& word) {
    access(kernel_, request_).await_resume();
    if (request_.killed) {
        throw ArenaGone{};
    }
    word.value = request_.value;
}

PageEntry ProcessBytes::entryOf(PageNumber page) const {
    return DemandPaging::entryOf(process_, page);
}

std::uint64_t ProcessBytes::word(VirtAddr at) const {
    return word(at, entryOf(pageOf(at)));
}

std::uint64_t ProcessBytes::word(VirtAddr at, const PageEntry& entry) const {
    if (entry.present) {
        const Board& board = kernel_.board();
        const PhysAddr place = startOf(FrameNumber(entry.number)) + ByteCount(offsetInPage(at));
        const std::uint64_t inMemory = board.memory.load(place);
        const Task* task = board.scheduler.running();
        return task == nullptr
                   ? inMemory
                   : board.cpus[task->cpu].storeBuffer.forward(place, wordBytes, inMemory);
    }
    std::uint64_t value = 0;
    if (entry.state == PageState::SwappedOut) {
        if (const std::byte* bytes = kernel_.paging().swap().read(entry.number).bytes()) {
            std::memcpy(&value, bytes + offsetInPage(at), sizeof value);
        }
    }
    return value;
}

} // namespace fragscope
