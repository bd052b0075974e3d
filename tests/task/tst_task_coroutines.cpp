#include "fragscope/base/check.h"

#include <QTest>

#include "task/support/task_bench.h"
#include <memory>
#include <stdexcept>

using namespace fragscope;
using fragscope::test::TaskBench;
using fragscope::test::TestLine;

namespace {

constexpr std::array<std::string_view, 2> lines{"first", "second"};
constexpr std::array<std::string_view, 2> localNames{"n", "total"};
constexpr Listing outerListing{ListingId::Script, "outer", "Outer", lines, localNames};
constexpr Listing innerListing{ListingId::Grow, "inner", "Inner", lines, localNames};

struct OuterLocals {
    std::uint64_t n;
    std::uint64_t total;
};

struct InnerLocals {
    std::uint64_t n;
    std::uint64_t total;
};

/// Adds up 1 to `count`, one step each, and hands the sum over.
Steps addUp(std::uint64_t count, std::uint64_t& result) {
    auto& l = co_await Follow<InnerLocals>{innerListing};
    for (l.n = 1; l.n <= count; ++l.n) {
        co_yield TestLine::Two;
        l.total += l.n;
    }
    result = l.total;
}

Steps callTwice(std::uint64_t& result) {
    auto& l = co_await Follow<OuterLocals>{outerListing};
    for (l.n = 0; l.n < 2; ++l.n) {
        co_yield TestLine::One;
        std::uint64_t sum = 0;
        co_await addUp(3, sum);
        l.total += sum;
    }
    result = l.total;
}

Steps half(OuterLocals& l) {
    co_yield TestLine::Two;
    l.total += 10;
    co_yield TestLine::Two;
    l.total += 100;
}

Steps inParts(std::uint64_t& result) {
    auto& l = co_await Follow<OuterLocals>{outerListing};
    co_yield TestLine::One;
    l.total = 1;
    co_await part(half(l));
    co_await part(half(l));
    result = l.total;
}

Steps throwing() {
    co_yield TestLine::One;
    throw std::runtime_error("innermost");
}

Steps passingOn() {
    co_yield TestLine::One;
    co_await throwing();
    co_yield TestLine::Two;
}

Steps catching(std::string& message) {
    co_yield TestLine::One;
    try {
        co_await passingOn();
    } catch (const std::runtime_error& error) {
        message = error.what();
    }
    co_yield TestLine::Three;
}

Steps catchingFromPart(std::string& message) {
    co_yield TestLine::One;
    try {
        co_await part(throwing());
    } catch (const std::runtime_error& error) {
        message = error.what();
    }
    co_yield TestLine::Two;
}

Steps nested(std::uint64_t levels, std::uint64_t& deepest) {
    Task& self = co_await thisTask();
    co_yield TestLine::One;
    deepest = std::max<std::uint64_t>(deepest, self.depth);
    if (levels > 1) {
        co_await nested(levels - 1, deepest);
    }
}

/// Counts the living ones.
struct Counted {
    explicit Counted(int& n) : living(&n) { ++*living; }

    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    ~Counted() { --*living; }

    int* living;
};

Steps inner(int& living) {
    const Counted mine(living);
    for (int i = 0; i < 3; ++i) {
        co_yield TestLine::One;
    }
}

Steps outer(int& living) {
    const Counted mine(living);
    co_yield TestLine::One;
    co_await inner(living);
    co_await part(inner(living));
    co_yield TestLine::Two;
}

} // namespace

class TestTaskCoroutines : public QObject {
    Q_OBJECT

private slots:

    void call_returns_resultAndLineOfTheCaller() {
        TaskBench bench(1);
        std::uint64_t result = 0;
        const Task& task = bench.spawn(0, callTwice(result));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(result, 12U);
        std::vector<std::uint16_t> seen;
        for (const auto& step : bench.stepsOf(task)) {
            seen.push_back(step.line);
        }
        QCOMPARE(seen, (std::vector<std::uint16_t>{1, 2, 2, 2, 1, 2, 2, 2}));
    }

    void call_stepEvents_nameListingAndDepth() {
        TaskBench bench(1);
        std::uint64_t result = 0;
        bench.spawn(0, callTwice(result));
        bench.run();
        for (const Event& event : bench.log) {
            if (event.kind != EventKind::TaskStep) {
                continue;
            }
            const bool inCall = event.line == 2;
            QCOMPARE(event.object, inCall ? 1U : 0U);
            QCOMPARE(event.a,
                     static_cast<std::uint64_t>(inCall ? ListingId::Grow : ListingId::Script));
        }
    }

    void locals_change_arePublishedOncePerStepAndStartAfreshInACall() {
        TaskBench bench(1);
        std::uint64_t result = 0;
        bench.spawn(0, callTwice(result));
        bench.run();
        std::vector<std::uint64_t> totals; // of the inner listing
        for (const Event& event : bench.log) {
            if (event.kind == EventKind::LocalWrite && event.a == 1 && event.object == 1) {
                totals.push_back(event.value);
            }
        }
        // What the last step before the return changes is gone with the call.
        QCOMPARE(totals, (std::vector<std::uint64_t>{1, 3, 1, 3}));
    }

    void locals_ofTheCaller_surviveTheCall() {
        TaskBench bench(1);
        std::uint64_t result = 0;
        bench.spawn(0, callTwice(result));
        bench.run();
        std::vector<std::uint64_t> totals;
        for (const Event& event : bench.log) {
            if (event.kind == EventKind::LocalWrite && event.a == 0 && event.object == 1) {
                totals.push_back(event.value);
            }
        }
        QCOMPARE(totals.front(), 6U);
    }

    void part_sharesLocalsAndDepth() {
        TaskBench bench(1);
        std::uint64_t result = 0;
        bench.spawn(0, inParts(result));
        bench.run();
        QCOMPARE(result, 221U);
        for (const Event& event : bench.log) {
            if (event.kind == EventKind::TaskStep) {
                QCOMPARE(event.object, 0U);
                QCOMPARE(event.a, static_cast<std::uint64_t>(ListingId::Script));
            }
        }
    }

    void exception_twoLevelsDown_isCaughtByTheOutermost() {
        TaskBench bench(1);
        std::string message;
        const Task& task = bench.spawn(0, catching(message));
        QCOMPARE(bench.run(), AdvanceEnd::Finished);
        QCOMPARE(message, std::string("innermost"));
        QCOMPARE(bench.stepsOf(task).size(), 4U);
        QCOMPARE(bench.stepsOf(task).back().line, std::uint16_t{3});
        QCOMPARE(task.depth, std::uint8_t{0});
    }

    void exception_inAPart_isCaughtByTheCaller() {
        TaskBench bench(1);
        std::string message;
        const Task& task = bench.spawn(0, catchingFromPart(message));
        bench.run();
        QCOMPARE(message, std::string("innermost"));
        QCOMPARE(bench.stepsOf(task).back().line, std::uint16_t{2});
    }

    void exception_caughtByNobody_leavesRun() {
        TaskBench bench(1);
        bench.spawn(0, passingOn());
        QVERIFY_EXCEPTION_THROWN(bench.run(), std::runtime_error);
    }

    void calls_asDeepAsAllowed_work() {
        TaskBench bench(1);
        std::uint64_t deepest = 0;
        bench.spawn(0, nested(maxCallDepth, deepest));
        bench.run();
        QCOMPARE(deepest, std::uint64_t{maxCallDepth - 1});
    }

    void calls_deeperThanAllowed_areALogicError() {
        TaskBench bench(1);
        std::uint64_t deepest = 0;
        bench.spawn(0, nested(maxCallDepth + 1, deepest));
        QVERIFY_EXCEPTION_THROWN(bench.run(), LogicError);
    }

    void destruction_afterAnyNumberOfSteps_leaksNothing() {
        const std::size_t before = frameUsage().live;
        for (std::uint64_t steps = 0; steps < 10; ++steps) {
            int living = 0;
            {
                TaskBench bench(1);
                bench.spawn(0, outer(living));
                bench.run(steps);
                QVERIFY(steps == 0 || steps >= 8 || living > 0);
            }
            QCOMPARE(living, 0);
            QCOMPARE(frameUsage().live, before);
        }
    }

    void kill_afterAnyNumberOfSteps_destroysAllLevels() {
        for (std::uint64_t steps = 1; steps < 8; ++steps) {
            int living = 0;
            TaskBench bench(1);
            Task& task = bench.spawn(0, outer(living));
            bench.run(steps);
            QVERIFY(living > 0);
            bench.scheduler.kill(task);
            QCOMPARE(living, 0);
        }
    }

    void frames_ofFinishedCoroutines_areUsedAgain() {
        const std::size_t before = frameUsage().live;
        int living = 0;
        TaskBench bench(1);
        bench.spawn(0, outer(living));
        QVERIFY(frameUsage().live > before);
        bench.run();
        QCOMPARE(living, 0);
    }
};

QTEST_GUILESS_MAIN(TestTaskCoroutines)
#include "tst_task_coroutines.moc"
