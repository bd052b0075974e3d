#include "fragscope/record/database/schema.h"
#include "fragscope/record/run/event_row.h"
#include "fragscope/record/run/run_file_impl.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fragscope {

namespace {

/// From v_run, so that an abandoned run reads as interrupted.
constexpr std::string_view runQuery =
    "SELECT run.run_id, run.run_key, run.attempt, run.name, run.scenario_name, run.scenario_text,"
    " run.config, run.seed, run.behaviour_version, run.program_version, run.record_level, "
    "v_run.status,"
    " run.started_utc, run.heartbeat_utc, run.finished_utc, run.n_events, run.last_seq, "
    "run.time_cycles,"
    " run.n_steps, run.n_lost, run.chain_hash, run.stream_hash, run.state_hash, run.error"
    " FROM run JOIN v_run ON v_run.run_id = run.run_id ";

std::uint64_t unsignedOf(const std::string& digits) {
    return std::strtoull(digits.c_str(), nullptr, 10);
}

RunInfo readInfo(const Statement& row) {
    RunInfo info;
    info.name = row.text(3);
    info.scenarioName = row.text(4);
    info.scenarioText = row.text(5);
    info.configText = row.text(6);
    info.seed = unsignedOf(row.text(7));
    info.behaviourVersion = static_cast<std::uint32_t>(row.word(8));
    info.programVersion = row.text(9);
    info.level = recordLevelNamed(row.text(10)).value_or(RecordLevel::Structure);
    return info;
}

std::map<std::uint16_t, std::uint64_t> parseKindCounts(const std::string& text,
                                                       const NumberMap& kinds) {
    std::map<std::uint16_t, std::uint64_t> counts;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) {
        return counts;
    }
    for (const auto& [key, count] : json.items()) {
        const auto kind = kinds.toProgram(unsignedOf(key));
        if (kind && count.is_number_unsigned()) {
            counts[*kind] = count.get<std::uint64_t>();
        }
    }
    return counts;
}

} // namespace

Expected<RunFile> RunFile::open(const std::string& path) {
    Expected<Presence> presence = probeRunFile(path);
    if (!presence) {
        return presence.error();
    }
    if (presence.value() == Presence::Missing) {
        Error error = badInput("there is no such run file");
        error.file = path;
        return error;
    }
    Expected<Database> database = Database::open(path, DatabaseAccess::ReadOnly);
    if (!database) {
        return database.error();
    }
    FileNumbers numbers = FileNumbers::load(database.value());
    if (!database.value().ok()) {
        return *database.value().failure();
    }
    return RunFile(std::make_unique<Impl>(std::move(database).value(), std::move(numbers)));
}

RunFile::RunFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

RunFile::RunFile(RunFile&&) noexcept = default;
RunFile& RunFile::operator=(RunFile&&) noexcept = default;
RunFile::~RunFile() = default;

const std::string& RunFile::path() const {
    return impl_->database.path();
}

// ---- runs
// ---------------------------------------------------------------------------------------------

RunRecord RunFile::Impl::readRun(const Statement& row) {
    RunRecord record;
    record.number = row.integer(0);
    record.runKey = row.text(1);
    record.attempt = static_cast<std::uint32_t>(row.word(2));
    record.info = readInfo(row);
    record.status = runStatusNamed(row.text(11)).value_or(RunStatus::Failed);
    record.startedUtc = row.text(12);
    record.heartbeatUtc = row.text(13);
    record.finishedUtc = row.text(14);
    record.events = row.word(15);
    if (!row.isNull(16)) {
        record.lastSeq = row.word(16);
    }
    record.timeCycles = row.word(17);
    record.steps = row.word(18);
    record.lost = row.word(19);
    record.chainHash = row.text(20);
    record.streamHash = row.text(21);
    record.stateHash = row.text(22);
    record.error = row.text(23);
    return record;
}

void RunFile::Impl::readParameters(RunRecord& record) {
    Statement rows =
        database.prepare("SELECT name, value FROM run_param WHERE run_id = ? ORDER BY n");
    rows.bind(record.number);
    while (rows.step()) {
        record.info.parameters.emplace_back(rows.text(0), rows.text(1));
    }
}

Expected<std::vector<RunRecord>> RunFile::runs() {
    impl_->begin();
    std::vector<RunRecord> records;
    Statement rows = impl_->database.prepare(std::string(runQuery) + "ORDER BY run.run_id");
    while (rows.step()) {
        records.push_back(impl_->readRun(rows));
    }
    for (RunRecord& record : records) {
        impl_->readParameters(record);
    }
    return impl_->result(std::move(records));
}

Expected<RunRecord> RunFile::run(std::optional<std::int64_t> number) {
    impl_->begin();
    Statement row = impl_->database.prepare(
        std::string(runQuery) + "WHERE run.run_id = coalesce(?1, (SELECT max(run_id) FROM run))");
    if (number) {
        row.bind(*number);
    }
    if (!row.step()) {
        return impl_->error(number ? fmt::format("the file has no run {}", *number)
                                   : std::string("the file holds no run yet"));
    }
    RunRecord record = impl_->readRun(row);
    row.reset();
    impl_->readParameters(record);
    return impl_->result(std::move(record));
}

// ---- events
// -------------------------------------------------------------------------------------------

/// Events as the file numbers their kinds and rules.
Expected<std::vector<Event>>
RunFile::Impl::storedEvents(std::int64_t run, SeqRange range, std::size_t limit) {
    std::vector<Event> events;
    Statement rows = database.prepare(fmt::format(
        "SELECT {} FROM event WHERE run_id = ? AND seq >= ? AND seq < ? ORDER BY seq LIMIT ?",
        eventColumns));
    rows.bind(run, range.from, range.end, std::uint64_t{limit});
    while (rows.step()) {
        const std::optional<Event> event = readEvent(rows);
        if (!event) {
            return error(
                fmt::format("run {}: the event with seq {} is damaged", run, rows.word(0)));
        }
        events.push_back(*event);
    }
    return result(std::move(events));
}

/// Translates to this program's numbers.
Expected<std::vector<Event>> RunFile::Impl::known(std::vector<Event> stored) const {
    for (Event& event : stored) {
        const std::optional<Event> translated = numbers.toProgram(event);
        if (!translated) {
            return error(fmt::format("the event with seq {} is of a kind or has a rule that this "
                                     "program does not know: use a newer program",
                                     event.seq));
        }
        event = *translated;
    }
    return stored;
}

Expected<std::vector<Event>> RunFile::events(std::int64_t run, SeqRange range, std::size_t limit) {
    impl_->begin();
    auto stored = impl_->storedEvents(run, range, limit);
    return stored ? impl_->known(std::move(stored).value()) : stored;
}

Expected<Done> RunFile::forEachEvent(std::int64_t run,
                                     SeqRange range,
                                     const std::function<bool(const Event&)>& visit) {
    while (true) {
        auto part = events(run, range, blockEvents);
        if (!part) {
            return part.error();
        }
        for (const Event& event : *part) {
            if (!visit(event)) {
                return Done{};
            }
        }
        if (part->size() < blockEvents) {
            return Done{};
        }
        range.from = part->back().seq + 1;
    }
}

Expected<std::vector<EventBlock>> RunFile::blocks(std::int64_t run) {
    impl_->begin();
    std::vector<EventBlock> blocks;
    Statement rows = impl_->database.prepare("SELECT seq0, n, time0, time1, kind_counts, chain_hash"
                                             " FROM event_block WHERE run_id = ? ORDER BY seq0");
    rows.bind(run);
    while (rows.step()) {
        blocks.push_back({rows.word(0), rows.word(1), rows.word(2), rows.word(3),
                          parseKindCounts(rows.text(4), impl_->numbers.kinds),
                          hashOfText(rows.text(5))});
    }
    return impl_->result(std::move(blocks));
}

Expected<std::vector<std::uint64_t>> RunFile::blockStarts(std::int64_t run) {
    impl_->begin();
    std::vector<std::uint64_t> starts;
    Statement rows =
        impl_->database.prepare("SELECT seq0 FROM event_block WHERE run_id = ? ORDER BY seq0");
    rows.bind(run);
    while (rows.step()) {
        starts.push_back(rows.word(0));
    }
    return impl_->result(std::move(starts));
}

std::uint64_t RunFile::Impl::chainBefore(std::int64_t run, std::uint64_t firstSeq) {
    Statement row = database.prepare("SELECT chain_hash FROM event_block"
                                     " WHERE run_id = ? AND seq0 < ? ORDER BY seq0 DESC LIMIT 1");
    row.bind(run, firstSeq);
    return row.step() ? hashOfText(row.text(0)) : 0;
}

std::uint64_t RunFile::Impl::endOfBlock(std::int64_t run, std::uint64_t firstSeq) {
    Statement row =
        database.prepare("SELECT min(seq0) FROM event_block WHERE run_id = ? AND seq0 > ?");
    row.bind(run, firstSeq);
    return row.step() && !row.isNull(0) ? row.word(0) : SeqRange{}.end;
}

Expected<std::vector<Event>> RunFile::loadBlock(std::int64_t run, std::uint64_t firstSeq) {
    impl_->begin();
    const Transaction oneMoment(impl_->database, TransactionKind::Read);
    Statement row = impl_->database.prepare(
        "SELECT n, chain_hash FROM event_block WHERE run_id = ? AND seq0 = ?");
    row.bind(run, firstSeq);
    if (!row.step()) {
        return impl_->error(
            fmt::format("run {} has no block that starts at seq {}", run, firstSeq));
    }
    const std::uint64_t count = row.word(0);
    const std::uint64_t hash = hashOfText(row.text(1));
    row.reset();
    const SeqRange range{firstSeq, impl_->endOfBlock(run, firstSeq)};
    auto stored = impl_->storedEvents(run, range, blockEvents + 1);
    if (!stored) {
        return stored;
    }
    if (stored->size() != count || blockHash(*stored, impl_->chainBefore(run, firstSeq)) != hash) {
        return impl_->error(
            fmt::format("run {} is damaged: the events from seq {} on are not those "
                        "that were recorded",
                        run, firstSeq));
    }
    return impl_->known(std::move(stored).value());
}

Expected<Done> RunFile::verify(std::int64_t run) {
    Expected<RunRecord> record = this->run(run);
    Expected<std::vector<std::uint64_t>> starts = blockStarts(run);
    if (!record || !starts) {
        return record ? starts.error() : record.error();
    }
    std::uint64_t count = 0;
    for (const std::uint64_t start : *starts) {
        auto block = loadBlock(run, start);
        if (!block) {
            return block.error();
        }
        count += block->size();
    }
    Statement counted = impl_->database.prepare("SELECT count(*) FROM event WHERE run_id = ?");
    counted.bind(run);
    const std::uint64_t rows = counted.step() ? counted.word(0) : 0;
    // A run that is still being recorded may have grown since its record was read.
    if (rows < count || (record->status != RunStatus::Running && count != record->events) ||
        (record->status != RunStatus::Running && rows != count)) {
        return impl_->error(
            fmt::format("run {} is damaged: it says {} events, its blocks {}, and {} are there",
                        run, record->events, count, rows));
    }
    return Done{};
}

Expected<std::optional<std::uint64_t>> RunFile::seqAtTime(std::int64_t run,
                                                          std::uint64_t timeCycles) {
    impl_->begin();
    Statement block = impl_->database.prepare(
        "SELECT min(seq0) FROM event_block WHERE run_id = ? AND time1 >= ?");
    block.bind(run, timeCycles);
    if (!block.step() || block.isNull(0)) {
        return impl_->result(std::optional<std::uint64_t>());
    }
    const std::uint64_t firstSeq = block.word(0);
    block.reset();
    Statement event = impl_->database.prepare("SELECT seq FROM event WHERE run_id = ? AND seq >= ? "
                                              "AND time_cycles >= ? ORDER BY seq LIMIT 1");
    event.bind(run, firstSeq, timeCycles);
    const bool found = event.step();
    return impl_->result(found ? std::optional(event.word(0)) : std::nullopt);
}

} // namespace fragscope
