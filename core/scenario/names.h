#pragma once

#include "fragscope/event/event_kind.h"
#include "fragscope/machine/config.h"

#include <optional>
#include <span>
#include <string_view>

/// The text names of the enumerations of a configuration: one place for scenario files, --set,
/// describe, CSV, SQL and the window.
namespace fragscope {

/// One value of a setting that offers a choice: its name and one sentence.
struct Choice {
    std::string_view name;
    std::string_view sentence;
};

/// The choices of an enumeration; choice n is enumerator n. Specialised for each enumeration of
/// config.h and for RecordLevel.
template <class E> std::span<const Choice> choicesOf();

template <> std::span<const Choice> choicesOf<TranslationMode>();
template <> std::span<const Choice> choicesOf<Replacement>();
template <> std::span<const Choice> choicesOf<SchedulePolicy>();
template <> std::span<const Choice> choicesOf<MapRepresentation>();
template <> std::span<const Choice> choicesOf<MoverAlgorithm>();
template <> std::span<const Choice> choicesOf<ShootdownMode>();
template <> std::span<const Choice> choicesOf<HandlerMode>();
template <> std::span<const Choice> choicesOf<WaitMode>();
template <> std::span<const Choice> choicesOf<MoveOrder>();
template <> std::span<const Choice> choicesOf<AccessAtomicity>();
template <> std::span<const Choice> choicesOf<CandidateOrder>();
template <> std::span<const Choice> choicesOf<OldFrames>();
template <> std::span<const Choice> choicesOf<WaitInterrupts>();
template <> std::span<const Choice> choicesOf<PreemptInWindow>();
template <> std::span<const Choice> choicesOf<PteClear>();
template <> std::span<const Choice> choicesOf<OwnersCovered>();
template <> std::span<const Choice> choicesOf<PinnedFrames>();
template <> std::span<const Choice> choicesOf<MoverDeath>();
template <> std::span<const Choice> choicesOf<SystemCallMode>();
template <> std::span<const Choice> choicesOf<Pattern>();
template <> std::span<const Choice> choicesOf<Action>();
template <> std::span<const Choice> choicesOf<RecordLevel>();
template <> std::span<const Choice> choicesOf<FrameBooks>();
template <> std::span<const Choice> choicesOf<KernelPages>();
template <> std::span<const Choice> choicesOf<FrameInit>();
template <> std::span<const Choice> choicesOf<TableRelease>();
template <> std::span<const Choice> choicesOf<DemandHandler>();
template <> std::span<const Choice> choicesOf<InvalidReaction>();
template <> std::span<const Choice> choicesOf<OnSignal>();
template <> std::span<const Choice> choicesOf<OutOfMemoryMode>();
template <> std::span<const Choice> choicesOf<PageReplacement>();
template <> std::span<const Choice> choicesOf<ReplacementScope>();
template <> std::span<const Choice> choicesOf<UseSource>();
template <> std::span<const Choice> choicesOf<StackReclaim>();
template <> std::span<const Choice> choicesOf<HeapKind>();
template <> std::span<const Choice> choicesOf<AllocatorKind>();
template <> std::span<const Choice> choicesOf<HeapLayers>();
template <> std::span<const Choice> choicesOf<OnFree>();
template <> std::span<const Choice> choicesOf<ScavengeTrigger>();
template <> std::span<const Choice> choicesOf<ScavengeThreshold>();
template <> std::span<const Choice> choicesOf<AttachMode>();

template <> std::span<const Choice> choicesOf<SegmentPlacement>();
template <> std::span<const Choice> choicesOf<SegmentAddresses>();
template <> std::span<const Choice> choicesOf<SegmentRounding>();
template <> std::span<const Choice> choicesOf<SegmentFallback>();
template <> std::span<const Choice> choicesOf<SegmentJoin>();
template <> std::span<const Choice> choicesOf<SegmentSplit>();
template <> std::span<const Choice> choicesOf<SegmentRetract>();
template <> std::span<const Choice> choicesOf<SegmentSpans>();
template <> std::span<const Choice> choicesOf<SpanChoice>();
template <> std::span<const Choice> choicesOf<AreaJoin>();
template <> std::span<const Choice> choicesOf<CompactionTrigger>();
template <> std::span<const Choice> choicesOf<CompactionExtent>();
template <> std::span<const Choice> choicesOf<LockedSegments>();
template <> std::span<const Choice> choicesOf<Realign>();
template <> std::span<const Choice> choicesOf<SegmentStamps>();
template <> std::span<const Choice> choicesOf<MessageWay>();
template <> std::span<const Choice> choicesOf<SendShootdown>();
template <> std::span<const Choice> choicesOf<BufferLock>();
template <> std::span<const Choice> choicesOf<LockTimeout>();

/// The name of an enumerator, e.g. "entry-e".
template <class E> std::string_view choiceName(E value) {
    return choicesOf<E>()[static_cast<std::size_t>(value)].name;
}

/// The enumerator of this name, or nothing.
template <class E> std::optional<E> choiceNamed(std::string_view name) {
    const std::span<const Choice> choices = choicesOf<E>();
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices[i].name == name) {
            return static_cast<E>(i);
        }
    }
    return std::nullopt;
}

} // namespace fragscope
