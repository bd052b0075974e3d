#include "fragscope/base/rng.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/machine/parts.h"

#include <QTest>

#include "support/sample_run.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;

namespace {

constexpr std::uint64_t areaPages = 12;
constexpr std::uint64_t sharedPages = 3;

ScriptedAccess anyElement(Rng& rng) {
    ScriptedAccess made;
    made.offset = pageBytes * rng.below(areaPages) + wordBytes * rng.below(4);
    const std::uint64_t pick = rng.below(28);
    made.write = pick < 9;
    if (pick >= 25) { // of a shared object
        made.base = OffsetBase::Paged;
        made.offset %= bytesOf(PageCount(sharedPages)).value;
        made.write = pick == 25;
        return made;
    }
    if (pick >= 20) { // of a stack
        made.verb = pick == 20 ? Verb::Return : (pick == 21 ? Verb::Reclaim : Verb::Call);
        made.verb = pick == 22 ? Verb::Alloca : made.verb;
        made.offset = 0;
        made.size = pick == 21 ? ByteCount(0) : ByteCount(wordBytes * (1 + rng.below(1500)));
    } else if (pick >= 17) {
        made.verb = pick == 17 ? Verb::Wait : (pick == 18 ? Verb::Convert : Verb::Unmap);
        made.offset = pick == 17 ? rng.below(20'000) : made.offset / pageBytes * pageBytes;
        made.size = pick == 17 ? ByteCount(0) : kib(4 * (1 + rng.below(3)));
    }
    return made;
}

ProcessSettings anyProcess(Rng& rng, const std::string& name, std::uint32_t cpus) {
    ProcessSettings process;
    process.name = name;
    process.cpus = {static_cast<std::uint32_t>(rng.below(cpus))};
    if (rng.below(3) == 0) {
        process.cpus.push_back(static_cast<std::uint32_t>(rng.below(cpus)));
    }
    process.pattern = Pattern::Script;
    process.onSignal = rng.below(2) == 0 ? OnSignal::Skip : OnSignal::Reserve;
    process.atomicity = rng.below(3) == 0 ? AccessAtomicity::Split : AccessAtomicity::Atomic;
    for (std::uint64_t i = 10 + rng.below(60); i > 0; --i) {
        process.script.push_back(anyElement(rng));
    }
    return process;
}

/// An object that two processes attach and perhaps detach.
void addShared(RunConfig& config, Rng& rng) {
    ScriptAction action;
    action.action = Action::CreateShared;
    action.shared = "object";
    action.size = bytesOf(PageCount(sharedPages));
    config.script.push_back(action);
    action.size = ByteCount(0);
    for (std::uint64_t i = 0; i < 6; ++i) {
        action.atCycles += 2000 + rng.below(30'000);
        action.action = i < 2 || rng.below(2) == 0 ? Action::Attach : Action::Detach;
        action.process = config.processes[i % 2 == 0 ? 0 : 2].name;
        config.script.push_back(action);
    }
    config.paging.attach = static_cast<AttachMode>(rng.below(2));
}

/// Two processes with areas of demand and a child of the first, under any settings with enough
/// slots.
RunConfig anyRun(std::uint64_t seed) {
    Rng rng(seed);
    RunConfig config;
    config.seed = seed;
    config.maxSteps = 200'000;
    config.machine.memory = kib(512);
    config.machine.cpus = static_cast<std::uint32_t>(1 + rng.below(3));
    config.machine.schedule = static_cast<SchedulePolicy>(rng.below(3));
    config.machine.storeBuffer = rng.below(3) == 0 ? 4 : 0;
    config.mover.algorithm = MoverAlgorithm::None;
    config.paging.invalidAccess = InvalidReaction::Signal;
    config.paging.replacement = static_cast<PageReplacement>(rng.below(8));
    if (rng.below(8) == 0) {
        config.paging.replacement = PageReplacement::WorkingSet;
    }
    config.paging.window = 1 + rng.below(20);
    config.paging.scope = static_cast<ReplacementScope>(rng.below(2));
    config.paging.use = config.paging.replacement == PageReplacement::WorkingSet
                            ? UseSource::EveryAccess
                            : static_cast<UseSource>(rng.below(2));
    config.paging.frames = 2 + rng.below(12);
    config.paging.swapSlots = 160;
    config.paging.entryBits = rng.below(4);
    config.paging.absentStates = rng.below(2) == 0;
    config.paging.zeroPage = rng.below(2) == 0;
    config.processes = {anyProcess(rng, "parent", config.machine.cpus),
                        anyProcess(rng, "child", config.machine.cpus),
                        anyProcess(rng, "other", config.machine.cpus)};
    config.processes[0].reserve = bytesOf(PageCount(areaPages - 3));
    config.processes[0].file = bytesOf(PageCount(3));
    config.processes[0].cpus.resize(1);            // a second thread would fork once more
    config.processes[0].onSignal = OnSignal::Skip; // else it might end before it forks
    config.processes[0].stack = config.processes[2].stack = bytesOf(PageCount(6));
    config.processes[0].stackGuard = config.processes[2].stackGuard = 1 + rng.below(3);
    config.processes[2].reserve = bytesOf(PageCount(areaPages));
    ScriptedAccess fork;
    fork.verb = Verb::Fork;
    fork.other = "child";
    auto& script = config.processes[0].script;
    script.insert(script.begin() + static_cast<std::ptrdiff_t>(rng.below(script.size())), fork);
    addShared(config, rng);
    for (ProcessSettings& process : config.processes) {
        process.script.push_back({.verb = Verb::Exit, .size = {}, .other = {}});
    }
    return config;
}

} // namespace

/// Over random sequences of all operations, with checking on: nothing written is lost, the books
/// agree after every step, and at the end everything has come back.
class TestMachineDemandPaging : public QObject {
    Q_OBJECT

private slots:

    void randomRuns_loseNothing_andGiveEverythingBack() {
        std::uint64_t evictions = 0;
        std::uint64_t copies = 0;
        std::uint64_t loads = 0;
        std::uint64_t invalid = 0;
        std::uint64_t reclaims = 0;
        QVERIFY(rc::check([&] {
            const auto seed = *rc::gen::arbitrary<std::uint64_t>();
            SampleRun run(anyRun(seed), RecordLevel::Structure);
            run.finish();
            for (const EventKind bad : {EventKind::StaleRead, EventKind::ForeignAccess,
                                        EventKind::InvariantBroken, EventKind::FreeRefused}) {
                RC_ASSERT(run.count(bad) == 0U);
            }
            RC_ASSERT(run.count(EventKind::LostWrite) ==
                      run.count(EventKind::LostWrite, Rule::GuardJumped));
            RC_ASSERT(run.log.back().rule == Rule::AllDone);
            RC_ASSERT(run.count(EventKind::ProcessExited) == 3U);
            RC_ASSERT(run.parts().kernel.paging().swap().free() == 160U);
            evictions += run.count(EventKind::PageEvicted);
            copies += run.count(EventKind::FrameCopied);
            loads += run.count(EventKind::PageLoaded);
            invalid += run.count(EventKind::InvalidAccess);
            reclaims += run.sum(EventKind::StackReclaimed);
        }));
        QVERIFY(reclaims > 0 && evictions > 100 && copies > 5 && loads > 100 && invalid > 10);
    }
};

QTEST_APPLESS_MAIN(TestMachineDemandPaging)

#include "tst_machine_demand_paging.moc"
