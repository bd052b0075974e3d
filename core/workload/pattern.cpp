#include "fragscope/workload/pattern.h"

#include "fragscope/kernel/frames/page_actions.h"

#include <algorithm>

namespace fragscope {

namespace {

void add(std::vector<ScriptedAccess>& script, const ScriptedAccess& element) {
    const bool range = element.verb == Verb::Touch;
    for (std::uint64_t at = 0; at < (range ? element.size.value : 1); at += pageBytes) {
        script.push_back(element);
        script.back().offset += at;
        script.back().verb = range ? Verb::Access : element.verb;
    }
}

/// RSP moves, then the words of the new frame are written from the highest down: one in each page,
/// or only the lowest.
void addFrame(std::vector<ScriptedAccess>& script, const ScriptedAccess& element) {
    ScriptedAccess moves = element;
    moves.verb = Verb::Call;
    script.push_back(moves);
    ScriptedAccess write;
    write.write = true;
    write.base = OffsetBase::Rsp;
    if (element.verb == Verb::Call) {
        for (std::uint64_t above = element.size.value; above > wordBytes;) {
            write.offset = above - wordBytes;
            script.push_back(write);
            above = above > pageBytes ? above - pageBytes : 0;
        }
    }
    write.offset = 0;
    script.push_back(write);
}

} // namespace

std::vector<ScriptedAccess> expanded(const std::vector<ScriptedAccess>& script) {
    std::vector<ScriptedAccess> all;
    for (const ScriptedAccess& element : script) {
        if (element.verb == Verb::Call || element.verb == Verb::Alloca) {
            addFrame(all, element);
        } else {
            add(all, element);
        }
    }
    return all;
}

AccessChooser::AccessChooser(const Process& process,
                             const ProcessSettings& settings,
                             Rng& rng,
                             std::uint32_t thread)
    : process_(process), settings_(settings), rng_(rng), thread_(thread),
      script_(expanded(settings.script)) {}

VirtAddr AccessChooser::stackPointer() const {
    return thread_ < process_.stacks.size() ? process_.stacks[thread_].rsp : VirtAddr(0);
}

std::uint64_t AccessChooser::count() const {
    return settings_.pattern == Pattern::Script ? script_.size() : settings_.accesses;
}

void AccessChooser::followArea() {
    if (edits_ == process_.map.edits()) {
        return;
    }
    edits_ = process_.map.edits();
    start_ = process_.map.areaStart();
    words_ = std::max<std::uint64_t>(1, (process_.map.areaEnd() - start_).value / wordBytes);
    hotWords_ = std::clamp<std::uint64_t>(settings_.hotSize.value / wordBytes, 1, words_);
}

std::uint64_t AccessChooser::offset(std::uint64_t n) {
    switch (settings_.pattern) {
    case Pattern::Sequential:
        return n % words_ * wordBytes;
    case Pattern::HotSet:
        return rng_.below(rng_.below(100) < settings_.hotPercent ? hotWords_ : words_) * wordBytes;
    case Pattern::Script:
        return script_[n].offset;
    case Pattern::Segments: // programs of their own
    case Pattern::Checkerboard:
    case Pattern::Uniform:
        break;
    }
    return rng_.below(words_) * wordBytes;
}

AccessChooser::Choice AccessChooser::next(std::uint64_t n) {
    followArea();
    if (settings_.pattern == Pattern::Script && script_[n].verb != Verb::Access) {
        return {.address = start_, .call = &script_[n]};
    }
    const std::uint64_t at = offset(n);
    if (settings_.pattern == Pattern::Script && script_[n].base != OffsetBase::Area) {
        const VirtAddr base = wasOnStack(n) ? stackPointer() : pagedAreaStart;
        return {VirtAddr(base.value + at), script_[n].write};
    }
    const bool write = settings_.pattern == Pattern::Script
                           ? script_[n].write
                           : rng_.below(100) < settings_.writePercent;
    return {start_ + ByteCount(at), write};
}

} // namespace fragscope
