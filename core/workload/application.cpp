#include "fragscope/workload/application.h"

#include "fragscope/workload/pattern.h"

#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Access = 1, Translate, Perform, End };

constexpr std::array<std::string_view, 4> lines{
    "read or write the next address",
    "split access: translate the address",
    "split access: read or write there",
    "finished",
};

constexpr std::array<std::string_view, 4> localNames{"done", "address", "value", "is_write"};

struct Locals {
    std::uint64_t done;
    std::uint64_t address;
    std::uint64_t value;
    std::uint64_t isWrite;
};

constexpr std::uint64_t reportEvery = 1024;

void publishProgress(const ApplicationThread& thread) {
    const Board& board = thread.kernel.board();
    board.events.emit({.kind = EventKind::AccessesDone,
                       .object = thread.process.number,
                       .value = thread.progress.accesses,
                       .a = thread.progress.reads,
                       .b = board.scheduler.now()});
    board.events.emit({.kind = EventKind::TranslationsDone,
                       .object = thread.process.number,
                       .value = thread.progress.tlbMisses,
                       .a = thread.progress.walkReferences});
}

void countAccess(ApplicationThread& thread, const AccessRequest& request) {
    const Board& board = thread.kernel.board();
    const std::uint64_t cycles = board.scheduler.now() - request.startedAt;
    if (thread.settings.deadlineCycles != 0 && cycles > thread.settings.deadlineCycles) {
        board.events.emit({.kind = EventKind::DeadlineMissed,
                           .object = thread.process.number,
                           .vaddr = request.address.value,
                           .value = cycles,
                           .a = thread.settings.deadlineCycles});
    }
    thread.progress.tlbMisses += request.translation.walkReferences != 0 ? 1 : 0;
    thread.progress.walkReferences += request.translation.walkReferences;
    thread.progress.reads += request.kind == AccessKind::Read ? 1 : 0;
    if (++thread.progress.accesses % reportEvery == 0) {
        publishProgress(thread);
    }
}

/// A value that no other write of the run uses: process, thread and number of the write.
std::uint64_t freshValue(const ApplicationThread& thread, std::uint64_t n) {
    return std::uint64_t{thread.process.number} << 56 | std::uint64_t{thread.number} << 48 |
           (n + 1);
}

void chooseAccess(const ApplicationThread& thread,
                  AccessChooser& chooser,
                  AccessRequest& request,
                  Locals& l) {
    const AccessChooser::Choice choice = chooser.next(l.done);
    request.address = choice.address;
    request.kind = choice.write ? AccessKind::Write : AccessKind::Read;
    request.value = choice.write ? freshValue(thread, l.done) : 0;
    l.address = choice.address.value;
    l.isWrite = choice.write ? 1 : 0;
}

bool goesOn(const ApplicationThread& thread, const AccessChooser& chooser, std::uint64_t done) {
    return chooser.count() != 0 ? done < chooser.count() : !thread.enough.holds();
}

} // namespace

Steps runApplication(ApplicationThread& thread) {
    Task& self = co_await thisTask();
    auto& l = co_await Follow<Locals>{applicationListing()};
    const Board& board = thread.kernel.board();
    const ProcessSettings& settings = thread.settings;
    const std::uint64_t think =
        settings.thinkCycles != ~0ULL ? settings.thinkCycles : board.cost.think;
    const bool split = settings.atomicity == AccessAtomicity::Split;
    AccessChooser chooser(thread.process, settings, thread.rng);
    AccessRequest request{.process = &thread.process};
    while (goesOn(thread, chooser, l.done)) {
        // Chosen inside the step: between two steps the area may shrink.
        if (split) {
            co_yield Line::Translate;
            chooseAccess(thread, chooser, request, l);
            co_await translate(thread.kernel, request);
            if (request.killed) {
                break;
            }
            co_yield Line::Perform;
            thread.kernel.performSecondHalf(self, request);
        } else {
            co_yield Line::Access;
            chooseAccess(thread, chooser, request, l);
            co_await access(thread.kernel, request);
            if (request.killed) {
                break;
            }
        }
        l.value = request.value;
        ++l.done;
        countAccess(thread, request);
        board.scheduler.spend(think);
    }
    co_yield Line::End;
    publishProgress(thread);
    thread.kernel.threadEnded(thread.process);
}

const Listing& applicationListing() {
    static constexpr Listing listing{ListingId::Application, "application", "Application", lines,
                                     localNames};
    return listing;
}

} // namespace fragscope
