#include "support/sample_runs.h"

namespace fragscope::test {

namespace {

constexpr VirtAddr otherArea{0x20000000};
constexpr VirtAddr thirdArea{0x30000000};

InitialBlock block(std::uint64_t pages, std::uint64_t frame) {
    return {.size = bytesOf(PageCount(pages)), .frame = frame};
}

/// A process that owns memory and does nothing.
ProcessSettings idleOwner(const std::string& name, VirtAddr start, InitialBlock owned) {
    ProcessSettings settings;
    settings.name = name;
    settings.start = start;
    settings.blocks = {owned};
    settings.cpus = {};
    return settings;
}

ProcessSettings application(std::vector<InitialBlock> blocks) {
    ProcessSettings settings;
    settings.start = place::area;
    settings.blocks = std::move(blocks);
    return settings;
}

ScriptAction at(std::uint64_t cycles, Action action, const std::string& process = "application") {
    ScriptAction result;
    result.atCycles = cycles;
    result.action = action;
    result.process = process;
    return result;
}

ScriptAction at(std::uint64_t cycles, Action action, std::uint64_t pages) {
    ScriptAction result = at(cycles, action);
    result.size = bytesOf(PageCount(pages));
    return result;
}

RunConfig smallMachine() {
    RunConfig config;
    config.seed = 7;
    config.machine.memory = mib(2);
    config.mover.transferBlock = kib(8);
    return config;
}

/// The frames where A will lie in a run of oneMove.
std::uint64_t destination(MoveEnd end, std::uint64_t pages) {
    return end == MoveEnd::High ? place::oldest + pages : place::oldest - pages;
}

RunConfig trace() {
    RunConfig config = traceRun();
    config.mover.transferBlock = kib(4);
    return config;
}

} // namespace

RunConfig oneMove(MoveEnd end, std::uint64_t pages) {
    RunConfig config = smallMachine();
    ProcessSettings app = application({block(pages, place::oldest)});
    ProcessSettings neighbour =
        idleOwner("neighbour", otherArea, block(pages, destination(end, pages)));
    neighbour.exitAtCycles = 3000;
    if (end == MoveEnd::High) {
        app.blocks.push_back(block(pages, place::far));
    } else {
        config.script = {at(100, Action::GrowLow, pages)};
        neighbour.exitAtCycles += 1000 * pages; // the growth clears its pages first
    }
    config.processes = {app, neighbour};
    return config;
}

RunConfig overlappingMove(MoveEnd end, std::uint64_t pages, std::uint64_t gap) {
    RunConfig config = oneMove(end, pages);
    ProcessSettings& app = config.processes[0];
    ProcessSettings& neighbour = config.processes[1];
    if (end == MoveEnd::High) {
        app.blocks[1].frame = place::oldest + pages + gap;
        neighbour.blocks = {block(gap, place::oldest + pages)};
        return config;
    }
    // A wall fills all free frames below the place where the growth shall find its block.
    neighbour.blocks = {block(gap, place::oldest - gap)};
    const std::uint64_t source = place::oldest - gap - pages;
    constexpr std::uint64_t firstForData = 64;
    config.processes.push_back(
        idleOwner("wall", thirdArea, block(source - firstForData, firstForData)));
    return config;
}

RunConfig wildMove(MoveEnd end, std::uint64_t seed) {
    RunConfig config = oneMove(end, 4);
    config.seed = seed;
    config.machine.cpus = 3;
    config.machine.schedule = SchedulePolicy::Random;
    config.mover.transferBlock = kib(4);
    ProcessSettings& app = config.processes[0];
    app.cpus = {1, 2};
    app.atomicity = AccessAtomicity::Split;
    // Under a drawn schedule only what happens on one CPU is ordered: growth, then exit.
    config.processes[1].cpus = {1};
    config.processes[1].accesses = 1;
    return config;
}

RunConfig sharedMove(std::uint64_t seed) {
    RunConfig config = wildMove(MoveEnd::High, seed);
    config.processes[0].cpus = {1};
    ProcessSettings second = application({});
    second.name = "second";
    second.start = thirdArea;
    second.cpus = {2};
    config.processes.push_back(second);
    ScriptAction share = at(0, Action::Share, "second");
    share.other = "application";
    config.script.push_back(share);
    return config;
}

RunConfig largePageMove() {
    RunConfig config = smallMachine();
    config.machine.memory = mib(16);
    config.mover.transferBlock = kib(512);
    ProcessSettings app = application({block(512, 1024), block(512, 2048)});
    app.start = VirtAddr(0x40000000);
    app.largePages = true;
    ProcessSettings neighbour = idleOwner("neighbour", otherArea, block(512, 1536));
    neighbour.exitAtCycles = 3000;
    config.processes = {app, neighbour};
    return config;
}

RunConfig growingRun() {
    RunConfig config = smallMachine();
    config.mover.algorithm = MoverAlgorithm::None;
    config.processes = {application({block(8, place::oldest)}),
                        idleOwner("neighbour", otherArea, block(8, place::oldest + 12))};
    config.script = {at(1000, Action::Grow, 4), at(10000, Action::Grow, 4),
                     at(20000, Action::Grow, 400), at(30000, Action::GrowLow, 2)};
    return config;
}

RunConfig traceRun() {
    RunConfig config = smallMachine();
    ProcessSettings app = application({block(8, place::oldest)});
    app.trace = std::string(FRAGSCOPE_SOURCE_DIR) + "/tests/workload/data/small.trace";
    app.growBy = kib(16);
    ProcessSettings neighbour = idleOwner("neighbour", otherArea, block(100, place::oldest + 8));
    neighbour.exitAtCycles = 40000;
    config.processes = {app, neighbour};
    return config;
}

RunConfig scriptedRun() {
    RunConfig config = oneMove(MoveEnd::High, 8);
    ScriptAction pin = at(500, Action::Pin, 1);
    pin.offset = kib(40);
    ScriptAction call = at(30000, Action::SystemCall, 16);
    call.offset = ByteCount(0);
    ScriptAction violate = at(90000, Action::Violate);
    violate.offset = kib(4);
    ScriptAction unpin = pin;
    unpin.atCycles = 20000;
    unpin.action = Action::Unpin;
    config.script = {pin,
                     unpin,
                     at(26000, Action::Grow, 2),
                     call,
                     at(50000, Action::Free, 1),
                     at(60000, Action::StartMover, ""),
                     at(80000, Action::KillMover, ""),
                     violate};
    return config;
}

RunConfig asWritten(RunConfig config) {
    config.mover.handler = HandlerMode::AsWritten;
    config.mover.wait = WaitMode::Edge;
    config.mover.shootdown = ShootdownMode::None;
    return config;
}

std::vector<NamedRun> namedRuns() {
    std::vector<NamedRun> runs;
    for (const MoveEnd end : {MoveEnd::High, MoveEnd::Low}) {
        const std::string side = end == MoveEnd::High ? "high" : "low";
        RunConfig stop = oneMove(end);
        stop.mover.algorithm = MoverAlgorithm::StopTheWorld;
        runs.push_back({"entry-e-" + side, oneMove(end)});
        runs.push_back({"stop-the-world-" + side, stop});
        RunConfig overlap = overlappingMove(end, 8, 3);
        overlap.mover.transferBlock = kib(16); // clamped to the gap of three pages
        runs.push_back({"overlap-" + side, overlap});
        runs.push_back({"wild-" + side, wildMove(end, 11)});
        RunConfig ranges = wildMove(end, 12);
        ranges.machine.translation = TranslationMode::Ranges;
        runs.push_back({"ranges-start-only-" + side, ranges});
        ranges.machine.mapRepresentation = MapRepresentation::StartBase;
        runs.push_back({"ranges-start-base-" + side, ranges});
        ranges.machine.mapRepresentation = MapRepresentation::StartLength;
        runs.push_back({"ranges-start-length-" + side, ranges});
    }
    runs.push_back({"as-written", asWritten(wildMove(MoveEnd::High, 13))});
    RunConfig roundRobin = wildMove(MoveEnd::High, 14);
    roundRobin.machine.schedule = SchedulePolicy::RoundRobin;
    runs.push_back({"round-robin", roundRobin});
    RunConfig oneCpu = oneMove(MoveEnd::High);
    oneCpu.machine.cpus = 1;
    oneCpu.processes[0].cpus = {0};
    runs.push_back({"one-cpu", oneCpu});
    runs.push_back({"shared", sharedMove(15)});
    runs.push_back({"large-pages", largePageMove()});
    runs.push_back({"growing", growingRun()});
    runs.push_back({"trace", traceRun()});
    runs.push_back({"trace-small-blocks", trace()});
    runs.push_back({"scripted", scriptedRun()});
    return runs;
}

} // namespace fragscope::test
