#include "ui/synthetic_source.h"

#include "fragscope/event/event_kind.h"
#include "fragscope/event/rule.h"
#include "fragscope/task/listing.h"

#include <memory>

namespace fragscope::test {

namespace {

constexpr std::uint32_t moverTask = 1;
constexpr std::uint32_t applicationTask = 2;
constexpr std::uint64_t cyclesPerStep = 100;

/// A bus with the source that feeds it.
struct SyntheticRun {
    explicit SyntheticRun(std::uint64_t steps) : source(events, steps) {}

    EventBus events;
    SyntheticSource source;
};

} // namespace

/// Asks the stop condition after each event.
class SyntheticSource::Watch : public EventSink {
public:
    explicit Watch(StopCondition* stop) : stop_(stop) {}

    void onEvent(const Event& event) override {
        reached = reached || (stop_ != nullptr && stop_->reached(event));
    }

    bool reached = false;

private:
    StopCondition* stop_;
};

SyntheticSource::SyntheticSource(EventBus& events, std::uint64_t steps)
    : events_(events), most_(steps) {}

void SyntheticSource::begin() {
    events_.context = {.timeCycles = 0, .task = moverTask, .line = 0, .cpu = 0};
    events_.emit({.kind = EventKind::TaskStarted,
                  .value = static_cast<std::uint64_t>(ListingId::EntryEHigh),
                  .a = static_cast<std::uint64_t>(TaskRole::Mover)});
    events_.context = {.timeCycles = 0, .task = applicationTask, .line = 0, .cpu = 1};
    events_.emit({.kind = EventKind::TaskStarted,
                  .object = 1,
                  .value = static_cast<std::uint64_t>(ListingId::Application),
                  .a = static_cast<std::uint64_t>(TaskRole::Application)});
}

void SyntheticSource::moverStep() {
    const std::uint64_t turn = steps_ / 2 % 16;
    const std::uint64_t block = steps_ / stepsPerBlock;
    const std::uint64_t source = (128 + block * 4 % 64) * pageBytes;
    const std::uint64_t target = (32 + block * 4 % 64) * pageBytes;
    if (turn == 0) {
        events_.emit({.kind = EventKind::BlockBegun,
                      .rule = Rule::CoverBlock,
                      .object = 1,
                      .paddr = target,
                      .value = 4 * pageBytes,
                      .a = source,
                      .b = block});
    } else if (turn <= 4) {
        const std::uint64_t page = (turn - 1) * pageBytes;
        events_.emit({.kind = EventKind::PhysCopy,
                      .paddr = target + page,
                      .a = source + page,
                      .b = pageBytes});
        events_.emit({.kind = EventKind::PageCopied,
                      .object = 1,
                      .paddr = target + page,
                      .value = pageBytes,
                      .a = source + page,
                      .b = block});
    } else if (turn == 5) {
        events_.emit(
            {.kind = EventKind::BlockDone, .rule = Rule::ReopenBlock, .object = 1, .a = block});
    }
}

void SyntheticSource::applicationStep() {
    const std::uint64_t place = (128 + steps_ * 7 % 64) * pageBytes + steps_ * 8 % pageBytes;
    events_.emit({.kind = EventKind::Store,
                  .size = 8,
                  .object = 1,
                  .vaddr = place,
                  .paddr = place,
                  .value = steps_ * 0x9e3779b97f4a7c15ULL});
    if (steps_ % stepsPerFault == stepsPerFault - 1) {
        events_.emit({.kind = EventKind::PageFault,
                      .rule = Rule::NotPresent,
                      .object = 1,
                      .vaddr = place,
                      .value = 6});
    }
    if (steps_ % stepsPerViolation == stepsPerViolation - 1) {
        events_.emit({.kind = EventKind::LostWrite,
                      .rule = Rule::WriteUnreachable,
                      .object = 1,
                      .vaddr = place});
    }
}

void SyntheticSource::step() {
    const bool mover = steps_ % 2 == 0;
    events_.context = {.timeCycles = (steps_ + 1) * cyclesPerStep,
                       .task = mover ? moverTask : applicationTask,
                       .line = static_cast<std::uint16_t>(1 + steps_ / 2 % 4),
                       .cpu = static_cast<std::uint8_t>(mover ? 0 : 1)};
    const ListingId listing = mover ? ListingId::EntryEHigh : ListingId::Application;
    ++steps_;
    events_.emit(
        {.kind = EventKind::TaskStep, .value = steps_, .a = static_cast<std::uint64_t>(listing)});
    --steps_;
    events_.emit({.kind = EventKind::PhysStore,
                  .size = 8,
                  .paddr = steps_ * 8 % pageBytes,
                  .value = steps_});
    mover ? moverStep() : applicationStep();
    ++steps_;
}

AdvanceEnd SyntheticSource::advance(StopCondition* stop, std::uint64_t maxSteps) {
    if (steps_ == 0) {
        begin();
    }
    Watch watch(stop);
    events_.attach(watch, KindSet().set());
    AdvanceEnd end = AdvanceEnd::BudgetSpent;
    for (std::uint64_t made = 0; made < maxSteps; ++made) {
        if (most_ != endless && steps_ >= most_) {
            end = AdvanceEnd::Finished;
            break;
        }
        step();
        if (watch.reached) {
            end = AdvanceEnd::ConditionMet;
            break;
        }
    }
    events_.detach(watch);
    return end;
}

RunFactory syntheticRun(std::uint64_t steps, std::uint64_t* made) {
    return [steps, made]() -> Expected<Run> {
        if (made != nullptr) {
            ++*made;
        }
        auto whole = std::make_shared<SyntheticRun>(steps);
        Run run;
        run.owner = whole;
        run.events = &whole->events;
        run.start = [&source = whole->source]() -> Expected<EventSource*> {
            return static_cast<EventSource*>(&source);
        };
        run.shape = {.frames = PageCount(SyntheticSource::frames), .cpus = 2, .tlbSlots = 8};
        run.caption.title = "synthetic";
        return run;
    };
}

} // namespace fragscope::test
