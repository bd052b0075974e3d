#include "fragscope/workload/segment_script.h"

#include "fragscope/kernel/segments/dma_calls.h"
#include "fragscope/kernel/segments/message_calls.h"
#include "fragscope/kernel/segments/segment_calls.h"

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

enum class Line : std::uint16_t { Call = 1, Stamp, Verify, Access, Work, Device, End };

constexpr std::array<std::string_view, 7> lines{
    "system call for a segment", "write the first and the last word of each page",
    "read them again",           "write or read one word",
    "work without an access",    "wait until the device has written all",
    "the script is done",
};

constexpr std::array<std::string_view, 4> localNames{"element", "pages", "word", "refused"};

} // namespace

struct SegmentScript::Locals {
    std::uint64_t element;
    std::uint64_t pages;
    std::uint64_t word;
    std::uint64_t refused; ///< system calls
};

StampedSegment SegmentScript::named(const std::string& name) const {
    const auto found = segments_.find(name);
    return found != segments_.end() ? found->second : StampedSegment{};
}

Steps SegmentScript::get(Locals& l, const ScriptedAccess& element) {
    co_yield Line::Call;
    SegmentCall call{.frames = pagesFor(element.size)};
    call.lockable = element.verb == Verb::GetBuffer;
    co_await allocateSegment(thread_.kernel, thread_.process, call);
    const std::uint64_t number = hashBytes(element.other.data(), element.other.size());
    segments_[element.other] = {call.at, call.frames, number};
    l.refused += call.segment == 0 ? 1 : 0;
}

Steps SegmentScript::send(const ScriptedAccess& element) {
    co_yield Line::Call;
    SendCall call{.at = named(element.other).at};
    call.receiver = thread_.kernel.processNamed(element.peer)->number;
    call.headerBytes = static_cast<std::uint32_t>(element.size.value);
    for (std::size_t i = 0; i * wordBytes < call.headerBytes; ++i) {
        call.header[i] = headerWord(thread_.process.number, i);
    }
    co_await sendSegment(thread_.kernel, thread_.process, call);
}

Steps SegmentScript::receive(Locals& l, const ScriptedAccess& element) {
    co_yield Line::Call;
    ReceiveCall call;
    co_await receiveSegment(thread_.kernel, thread_.process, call);
    l.refused += call.segment == 0 ? 1 : 0;
    const std::uint64_t number = hashBytes(element.other.data(), element.other.size());
    segments_[element.other] = {call.at, call.frames, number};
    for (std::size_t i = 0; i * wordBytes < call.headerBytes; ++i) {
        const std::uint64_t expected = headerWord(call.sender, i);
        if (call.header[i] != expected) {
            noteBroken(thread_, call.at, call.header[i], expected, i);
        }
    }
}

Steps SegmentScript::useDevice(const ScriptedAccess& element) {
    if (element.verb == Verb::AwaitTransfer) {
        const SegmentDriver& driver = thread_.kernel.segments()->driver();
        co_yield Line::Device;
        co_await until(conditionOf<&SegmentDriver::isDone>(driver, thread_.process.number));
        co_return;
    }
    co_yield Line::Call;
    TransferCall call{.at = named(element.other).at, .length = element.size};
    co_await startTransfer(thread_.kernel, thread_.process, call);
}

/// A word that is written has a value that no other write of the run has.
Steps SegmentScript::accessWord(const ScriptedAccess& element) {
    co_yield Line::Access;
    request_.address = named(element.other).at + ByteCount(element.offset);
    request_.kind = element.verb == Verb::Poke ? AccessKind::Write : AccessKind::Read;
    request_.value = std::uint64_t{thread_.process.number} << 56 | (thread_.progress.accesses + 1);
    co_await access(thread_.kernel, request_);
    countAccess(thread_, request_);
}

/// Interrupts are taken now and then.
Steps SegmentScript::work(std::uint64_t cycles) {
    constexpr std::uint64_t most = 1000;
    while (cycles > 0) {
        co_yield Line::Work;
        const std::uint64_t some = std::min(cycles, most);
        thread_.kernel.board().scheduler.spend(some);
        cycles -= some;
    }
}

Steps SegmentScript::perform(Locals& l, const ScriptedAccess& element) {
    Kernel& kernel = thread_.kernel;
    const StampedSegment segment = named(element.other);
    LockCall lock{.at = segment.at};
    switch (element.verb) {
    case Verb::GetSegment:
    case Verb::GetBuffer:
        co_await part(get(l, element));
        break;
    case Verb::FreeSegment:
        co_yield Line::Call;
        co_await freeSegment(kernel, thread_.process, segment.at);
        break;
    case Verb::Stamp:
        co_await part(visitStamps(thread_, request_, l, segment, Line::Stamp, true));
        break;
    case Verb::Verify:
        co_await part(visitStamps(thread_, request_, l, segment, Line::Verify, false));
        break;
    case Verb::Poke:
    case Verb::Peek:
        co_await part(accessWord(element));
        break;
    case Verb::Send:
        co_await part(send(element));
        break;
    case Verb::Receive:
        co_await part(receive(l, element));
        break;
    case Verb::Lock:
        co_yield Line::Call;
        co_await lockSegment(kernel, thread_.process, lock);
        break;
    case Verb::Unlock:
        co_yield Line::Call;
        co_await unlockSegment(kernel, thread_.process, lock);
        break;
    case Verb::Transfer:
    case Verb::AwaitTransfer:
        co_await part(useDevice(element));
        break;
    case Verb::Exit:
        co_yield Line::Call;
        kernel.end(thread_.process, ProcessState::Exited);
        break;
    default:
        co_await part(work(element.offset));
        break;
    }
}

Steps SegmentScript::run() {
    auto& l = co_await Follow<Locals>{segmentScriptListing()};
    const std::vector<ScriptedAccess>& script = thread_.settings.script;
    for (l.element = 0; l.element < script.size(); ++l.element) {
        if (request_.killed || thread_.process.state != ProcessState::Running) {
            break;
        }
        l.pages = named(script[l.element].other).frames.value;
        co_await part(perform(l, script[l.element]));
    }
    co_yield Line::End;
    publishProgress(thread_);
    thread_.kernel.threadEnded(thread_.process);
}

const Listing& segmentScriptListing() {
    static constexpr Listing listing{ListingId::SegmentScript, "segment-script",
                                     "A script with segments", lines, localNames};
    return listing;
}

} // namespace fragscope
