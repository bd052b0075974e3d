#include "fragscope/scenario/scenario.h"
#include "fragscope/scenario/validate.h"

#include <QtTest>

#include "support/print.h"

using namespace fragscope;

namespace {

/// Two processes, both fine; rows change one thing.
const QByteArray base = "format = 1\n"
                        "[[process]]\n"
                        "name = \"a\"\n"
                        "blocks = [\"64 KiB @ frame 128\", \"64 KiB @ frame 512\"]\n"
                        "[[process]]\n"
                        "name = \"b\"\n"
                        "blocks = [\"64 KiB @ frame 144\"]\n";

std::string firstError(const QByteArray& text) {
    std::vector<Error> errors;
    if (readScenario(text.toStdString(), "s.toml", errors)) {
        return "no error";
    }
    std::string message = errors.front().text();
    if (errors.size() > 1) {
        message.append(" (and more)");
    }
    return message;
}

} // namespace

class TestScenarioValidate : public QObject {
    Q_OBJECT

private slots:

    void validate_base_isAccepted() { QCOMPARE(firstError(base), std::string("no error")); }

    void validate_misfit_namesPlaceKeyAndReason_data();
    void validate_misfit_namesPlaceKeyAndReason();

    void validationErrors_processSetting_nameTheProcess() {
        RunConfig config;
        config.processes.emplace_back().name = std::string("a");
        config.processes[0].blocks.push_back({kib(4), 100'000});
        const auto errors = validationErrors(config);
        QCOMPARE(errors.size(), std::size_t{1});
        QCOMPARE(errors[0].text(), std::string("process.a.blocks: frames 100000 to 100000 lie "
                                               "outside memory, which has 2048 frames"));
    }

    void kernelFrames_holdTheFrameTable() {
        // Null, root, processes; table; owners' nodes; kernel heap; page tables of them all.
        QCOMPARE(kernelFrames(mib(8)), std::uint64_t{3 + 16 + 4 + 4 + 7});
        QCOMPARE(kernelFrames(mib(1)), std::uint64_t{3 + 2 + 1 + 4 + 7});
        // With the list in the kernel heap there is no pool and a larger heap.
        QCOMPARE(kernelFrames(mib(8), {.books = FrameBooks::List}),
                 std::uint64_t{3 + 16 + 0 + 16 + 6});
    }
};

void TestScenarioValidate::validate_misfit_namesPlaceKeyAndReason_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const QByteArray& text, const QByteArray& expected) {
        QTest::newRow(name) << text << expected;
    };
    const auto process = [](const QByteArray& rest) {
        return base + "[[process]]\nname = \"c\"\n" + rest + "\n";
    };
    const auto withBlock = [](const QByteArray& rest) {
        return base + "[[process]]\nname = \"c\"\nblocks = [\"64 KiB\"]\n" + rest + "\n";
    };
    const auto action = [](const QByteArray& rest) { return base + "[[action]]\n" + rest + "\n"; };

    row("no process", "format = 1\n",
        "s.toml: process.name: the scenario has no process: add a "
        "[[process]]");
    row("TLB sets", base + "[machine]\ntlb_sets = 12\n",
        "s.toml:9:12: machine.tlb_sets: 12 is not a power of two");
    row("representation without ranges", base + "[machine]\nmap_representation = \"start-base\"\n",
        "s.toml:9:22: machine.map_representation: acts only where machine.translation is "
        "`ranges`");
    row("hole outside", base + "[machine]\nholes = [\"64 KiB @ 8 MiB\"]\n",
        "s.toml:9:10: machine.holes: frames 2048 to 2063 lie outside memory, which has 2048 "
        "frames");
    row("hole over the kernel", base + "[machine]\nholes = [\"64 KiB @ 0\"]\n",
        "s.toml:9:10: machine.holes: overlaps the kernel's own frames (from frame 0)");
    row("holes overlap", base + "[machine]\nholes = [\"64 KiB @ 1 MiB\", \"4 KiB @ 0x10f000\"]\n",
        "s.toml:9:28: machine.holes: overlaps a hole (frames 256 to 271)");
    row("mover CPU", base + "[mover]\ncpu = 2\n",
        "s.toml:9:7: mover.cpu: there is no CPU 2: machine.cpus is 2, counted from 0");
    row("mover never starts", base + "[mover]\nstart_on_frames_freed = false\n",
        "s.toml: mover.start_on_command: nothing starts the mover: set start_on_command, "
        "start_on_frames_freed or start_period, or algorithm = `none`");
    row("large pages with ranges",
        withBlock("large_pages = true\n[machine]\ntranslation = \"ranges\""),
        "s.toml:11:15: process.large_pages: 2 MiB mappings exist only where machine.translation is "
        "`paging`");
    row("duplicate name", base + "[[process]]\nname = \"b\"\nblocks = [\"64 KiB\"]\n",
        "s.toml:9:8: process.name: there is already a process `b`");
    row("bad name", base + "[[process]]\nname = \"a b\"\nblocks = [\"64 KiB\"]\n",
        "s.toml:9:8: process.name: `a b` is not a name: 1 to 32 letters, digits, - and _");
    row("no memory", process(""),
        "s.toml:8:1: process.blocks: the process has no memory: give it a block, `reserve`, or a "
        "`share` at time 0");
    row("reserve with a mover", process("reserve = \"64 KiB\""),
        "s.toml:10:11: process.reserve: areas of demand and a mover exclude each other: set "
        "mover.algorithm = `none`");
    const QByteArray noMover = "\n[mover]\nalgorithm = \"none\"\n";
    row("reserve with ranges",
        process("reserve = \"64 KiB\"" + noMover + "[machine]\ntranslation = \"ranges\""),
        "s.toml:10:11: process.reserve: areas of demand exist only where machine.translation is "
        "`paging`");
    row("forks nobody",
        process("reserve = \"64 KiB\"\npattern = \"script\"\nscript = [\"fork d\"]" + noMover),
        "s.toml:12:11: process.script: there is no other process `d` to fork");
    row("forks a process with memory",
        process("reserve = \"64 KiB\"\npattern = \"script\"\nscript = [\"fork a\"]" + noMover),
        "s.toml:12:11: process.script: `a` must have the same start and no memory of its own");
    row("frees an area of demand",
        process("reserve = \"64 KiB\"") +
            "[[action]]\ndo = \"free\"\nsize = \"4 KiB\"\nprocess = \"c\"\n" + noMover,
        "s.toml:10:11: process.reserve: `free` and `share` act on blocks; use `unmap` and `fork` "
        "in its script");
    row("quick-and-dumb with replacement",
        process("reserve = \"64 KiB\"") + noMover +
            "[paging]\nhandler = \"quick-and-dumb\"\nreplacement = \"lru\"\n",
        "s.toml:15:11: paging.handler: `quick-and-dumb` knows no states: it needs replacement = "
        "`none` and no zero page");
    row("attaches to own memory",
        withBlock("") + "[[action]]\ndo = \"share\"\nprocess = \"c\"\nother = \"a\"\n",
        "s.toml:10:10: process.blocks: a process that attaches another's memory must have none of "
        "its own");
    row("outside memory", process("blocks = [\"64 KiB @ frame 2040\"]"),
        "s.toml:10:11: process.blocks: frames 2040 to 2055 lie outside memory, which has 2048 "
        "frames");
    row("far outside memory", process("blocks = [\"64 KiB @ frame 0xffffffffffffff00\"]"),
        "s.toml:10:11: process.blocks: frames 18446744073709551360 to 18446744073709551375 lie "
        "outside memory, which has 2048 frames");
    row("overlaps another", process("blocks = [\"8 KiB @ frame 300\", \"64 KiB @ frame 140\"]"),
        "s.toml:10:32: process.blocks: overlaps block 1 of process `b` (from frame 144)");
    row("overlaps from above", process("blocks = [\"8 KiB @ frame 143\"]"),
        "s.toml:10:11: process.blocks: overlaps block 1 of process `b` (from frame 144)");
    row("inside another", process("blocks = [\"4 KiB @ frame 150\"]"),
        "s.toml:10:11: process.blocks: overlaps block 1 of process `b` (frames 144 to 159)");
    row("on the kernel", process("blocks = [\"4 KiB @ frame 10\"]"),
        "s.toml:10:11: process.blocks: overlaps the kernel's own frames (frames 0 to 33)");
    row("on a hole",
        process("blocks = [\"4 KiB @ frame 300\"]") +
            "[machine]\nholes = [\"64 KiB @ 0x12c000\"]\n",
        "s.toml:10:11: process.blocks: overlaps a hole of machine.holes (from frame 300)");
    row("too much", process("blocks = [\"8 MiB\"]"),
        "s.toml:10:11: process.blocks: the blocks so far and this one (8 MiB) do not fit into "
        "memory of 8 MiB");
    row("address", withBlock("start = \"0x7fffffffe000\""),
        "s.toml:11:9: process.start: the area of 64 KiB would pass the end of user addresses, "
        "0x7ffffffff000");
    row("CPU", withBlock("cpus = [1, 4]"),
        "s.toml:11:12: process.cpus: there is no CPU 4: machine.cpus is 2, counted from 0");
    row("hot part", withBlock("pattern = \"hot-set\"\nhot_size = \"128 KiB\""),
        "s.toml:12:12: process.hot_size: the hot part is larger than the area, 64 KiB");
    row("empty script", withBlock("pattern = \"script\""),
        "s.toml:8:1: process.script: pattern = `script` needs a list of accesses");
    row("trace missing", process("trace = \"../none.gz\""),
        "s.toml:10:9: process.trace: there is no trace file `../none.gz`");
    row("unknown process", action("at = 1\ndo = \"exit\"\nprocess = \"bb\""),
        "s.toml:11:11: action.process: there is no process `bb`; did you mean `b`?");
    row("no process named", action("at = 1\ndo = \"exit\""),
        "s.toml:8:1: action.process: say which process");
    row("order of time",
        action("at = 5\ndo = \"exit\"\nprocess = \"a\"\n[[action]]\nat = 4\ndo = \"exit\"\nprocess "
               "= \"b\""),
        "s.toml:13:6: action.at: actions must be listed in order of time");
    row("useless field", action("at = 5\ndo = \"exit\"\nprocess = \"a\"\nsize = \"4 KiB\""),
        "s.toml:12:8: action.size: means nothing for `exit`");
    row("nothing to grow", action("do = \"grow\"\nprocess = \"a\""),
        "s.toml:8:1: action.size: must be more than 0");
    row("half a page", action("do = \"grow\"\nprocess = \"a\"\nsize = 5000"),
        "s.toml:11:8: action.size: 5000 B is not a multiple of 4 KiB");
    row("behind the area",
        action("do = \"pin\"\nprocess = \"a\"\noffset = \"128 KiB\"\nsize = \"4 KiB\""),
        "s.toml:11:10: action.offset: the range ends behind the area, which is at most 128 KiB by "
        "then");
    row("share with itself", action("at = 1\ndo = \"share\"\nprocess = \"a\"\nother = \"a\""),
        "s.toml:12:9: action.other: a process cannot share with itself");
    row("no thread to violate",
        withBlock("cpus = []") + "[[action]]\ndo = \"violate\"\nprocess = \"c\"\n",
        "s.toml:14:11: action.process: this process has no thread that could do it");
    row("no mover", action("do = \"kill-mover\"\n[mover]\nalgorithm = \"none\""),
        "s.toml:9:6: action.do: there is no mover: mover.algorithm is `none`");
    row("mover does not listen", action("do = \"start-mover\""),
        "s.toml:9:6: action.do: the mover does not listen: set mover.start_on_command");
}

void TestScenarioValidate::validate_misfit_namesPlaceKeyAndReason() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    QCOMPARE(firstError(text), expected.toStdString());
}

QTEST_GUILESS_MAIN(TestScenarioValidate)
#include "tst_scenario_validate.moc"
