#include "fragscope/base/rng.h"
#include "fragscope/kernel/paging/demand_paging.h"
#include "fragscope/kernel/paging/page_reader.h"
#include "fragscope/kernel/replacement/pager.h"
#include "fragscope/kernel/replacement/policies.h"

#include <QTest>

#include "support/sample_run.h"
#include <rapidcheck.h>

using namespace fragscope;
using namespace fragscope::test;
using replacement::PolicyKind;

namespace {

constexpr std::uint64_t pages = 12;

struct Pair {
    PageReplacement machine;
    PolicyKind pager;
};

constexpr Pair pairs[] = {
    {PageReplacement::Fifo, PolicyKind::Fifo},
    {PageReplacement::Lru, PolicyKind::Lru},
    {PageReplacement::Mru, PolicyKind::Mru},
    {PageReplacement::Clock, PolicyKind::Clock},
    {PageReplacement::Random, PolicyKind::Random},
    {PageReplacement::Nfu, PolicyKind::Nfu},
    {PageReplacement::Aging, PolicyKind::Aging},
    {PageReplacement::Opt, PolicyKind::Opt},
    {PageReplacement::WorkingSet, PolicyKind::WorkingSet},
};

replacement::ReferenceString anyString(Rng& rng) {
    replacement::ReferenceString string;
    for (std::uint64_t i = rng.below(80); i > 0; --i) {
        string.push_back({PageNumber(rng.below(pages)),
                          rng.below(3) == 0 ? replacement::Use::Write : replacement::Use::Read});
    }
    return string;
}

RunConfig machineFor(const replacement::ReferenceString& string) {
    RunConfig config;
    config.machine.memory = kib(512);
    config.mover.algorithm = MoverAlgorithm::None;
    config.paging.use = UseSource::EveryAccess;
    config.paging.swapSlots = pages;
    ProcessSettings& process = config.processes.emplace_back();
    process.pattern = Pattern::Script;
    process.reserve = bytesOf(PageCount(pages));
    process.cpus = {0};
    for (const replacement::Reference& reference : string) {
        process.script.push_back({.write = reference.use == replacement::Use::Write,
                                  .offset = startOf(reference.page).value,
                                  .size = {},
                                  .other = {}});
    }
    process.script.push_back(
        {.offset = 100, .verb = Verb::Wait, .size = {}, .other = {}}); // never an empty script
    return config;
}

} // namespace

class TestMachineReplacement : public QObject {
    Q_OBJECT

private slots:

    /// The machine with faults, side table and swap device, and the replay without a machine.
    void everyPolicy_anyString_faultsLikeTheReplay() {
        QVERIFY(rc::check([] {
            Rng rng(*rc::gen::arbitrary<std::uint64_t>());
            const replacement::ReferenceString string = anyString(rng);
            RunConfig config = machineFor(string);
            config.paging.frames = 1 + rng.below(pages);
            config.paging.window = 1 + rng.below(15);
            config.paging.clockLoadedBit = rng.below(2) == 0;
            for (const Pair& pair : pairs) {
                replacement::PolicyInputs inputs{
                    .frames = config.paging.frames, .settings = {}, .seed = 1, .string = string};
                inputs.settings.workingSetWindow = config.paging.window;
                inputs.settings.clockLoadedBit = config.paging.clockLoadedBit
                                                     ? replacement::LoadedBit::Set
                                                     : replacement::LoadedBit::Clear;
                replacement::Pager pager(inputs.frames, makePolicy(pair.pager, inputs));
                for (const replacement::Reference& reference : string) {
                    pager.reference(reference);
                }
                config.paging.replacement = pair.machine;
                SampleRun run(config);
                run.finish();
                RC_ASSERT(run.violationText().empty());
                RC_ASSERT(run.count(EventKind::PageFault) == pager.totals().faults);
                std::uint64_t saved = 0;
                for (const Event& event : run.all(EventKind::PageEvicted)) {
                    saved += event.a;
                }
                // A page that the last reference pushes out of the window leaves before the next.
                const bool last = pair.machine == PageReplacement::WorkingSet;
                RC_ASSERT(saved == pager.totals().dirtyEvictions ||
                          (last && saved + 1 == pager.totals().dirtyEvictions));
            }
        }));
    }

    void sharedPage_evicted_isOneSlotWithAReferenceForEachOwner() {
        RunConfig config = machineFor({{PageNumber(0), replacement::Use::Write}});
        config.paging.replacement = PageReplacement::Fifo;
        config.paging.frames = 2;
        ProcessSettings child = config.processes[0];
        child.name = "child";
        child.reserve = ByteCount(0);
        child.script = {{.offset = 200'000, .verb = Verb::Wait, .size = {}, .other = {}},
                        {.write = false, .offset = 0, .size = {}, .other = {}}};
        auto& script = config.processes[0].script;
        script.push_back({.verb = Verb::Fork, .size = {}, .other = "child"});
        for (std::uint64_t page = 1; page < 4; ++page) {
            script.push_back({.write = true, .offset = page * pageBytes, .size = {}, .other = {}});
        }
        script.push_back({.write = true, .offset = 0, .size = {}, .other = {}});
        config.processes.push_back(child);
        SampleRun run(config);
        std::uint64_t most = 0;
        while (run.machine().advance(nullptr, 1) != AdvanceEnd::Finished) {
            most = std::max(most, run.parts().kernel.paging().swap().references(0));
        }
        QCOMPARE(most, 2ULL);
        std::vector<std::uint32_t> losers;
        for (const Event& event : run.all(EventKind::PageEvicted)) {
            if (event.vaddr == config.processes[0].start.value && event.value == 0) {
                losers.push_back(event.object);
            }
        }
        QVERIFY(losers.size() >= 2 && losers[0] != losers[1]);
        QVERIFY(run.count(EventKind::PageLoaded) >= 2); // each owner reads it for itself
        QCOMPARE(run.violationText(), std::string());
    }
};

QTEST_GUILESS_MAIN(TestMachineReplacement)

#include "tst_machine_replacement.moc"
