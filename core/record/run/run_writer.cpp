#include "fragscope/record/run/run_writer.h"

#include "fragscope/base/hash.h"
#include "fragscope/record/database/schema.h"
#include "fragscope/record/run/event_row.h"
#include "fragscope/record/run/utc.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr int pageSize = 4096;

Expected<Database> openForRecording(const std::string& path) {
    Expected<Presence> presence = probeRunFile(path);
    if (!presence) {
        return presence.error();
    }
    if (presence.value() == Presence::Missing) {
        Expected<Done> created = createRunFile(path);
        if (!created) {
            return created.error();
        }
    }
    return Database::open(path, DatabaseAccess::ReadWrite);
}

/// Write-ahead log while recording: readers never block the recorder and never see half a commit.
/// Another connection can forbid the change for a moment; recording is right in any mode.
void configure(Database& database, RunWriter::Limits limits) {
    database.run("PRAGMA journal_mode = WAL");
    database.clearFailure();
    database.run("PRAGMA synchronous = NORMAL");
    if (limits.maxFileBytes != 0) {
        database.run(fmt::format("PRAGMA max_page_count = {}", limits.maxFileBytes / pageSize));
    }
}

std::int64_t insertRun(Database& database, const RunInfo& info) {
    const std::string key = runKey(info);
    const std::string now = utcNow();
    Statement insert = database.prepare(
        "INSERT INTO run (run_key, attempt, name, scenario_name, scenario_text, scenario_hash, "
        "config,"
        " seed, behaviour_version, program_version, record_level, started_utc, heartbeat_utc) "
        "VALUES (?1, (SELECT coalesce(max(attempt), 0) + 1 FROM run WHERE run_key = ?1),"
        " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)");
    insert
        .bind(key, info.name, info.scenarioName, info.scenarioText, contentHash(info.scenarioText),
              info.configText, std::to_string(info.seed), info.behaviourVersion,
              info.programVersion, nameOf(info.level), now)
        .execute();
    return database.lastKey();
}

void insertParameters(Database& database, std::int64_t run, const RunInfo& info) {
    Statement insert = database.prepare("INSERT INTO run_param VALUES (?,?,?,?)");
    std::int64_t n = 0;
    for (const auto& [name, value] : info.parameters) {
        insert.bind(run, n++, name, value).execute();
    }
}

} // namespace

Expected<std::unique_ptr<RunWriter>>
RunWriter::create(const std::string& path, const RunInfo& info, Limits limits) {
    Expected<Database> opened = openForRecording(path);
    if (!opened) {
        return opened.error();
    }
    Database& database = opened.value();
    configure(database, limits);
    FileNumbers numbers;
    std::int64_t run = 0;
    {
        Transaction transaction(database, TransactionKind::Write);
        numbers = FileNumbers::merge(database);
        run = insertRun(database, info);
        insertParameters(database, run, info);
        transaction.commit();
    }
    if (!database.ok()) {
        return *database.failure();
    }
    return std::unique_ptr<RunWriter>(new RunWriter(std::move(database), std::move(numbers), run));
}

RunWriter::RunWriter(Database database, FileNumbers numbers, std::int64_t run)
    : database_(std::move(database)), numbers_(std::move(numbers)), run_(run) {
    insertEvent_ = database_.prepare(fmt::format(
        "INSERT INTO event (run_id, {}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", eventColumns));
    // The last block of a commit is often not full yet; the next commit replaces its row.
    insertBlock_ = database_.prepare("INSERT OR REPLACE INTO event_block VALUES (?,?,?,?,?,?,?)");
    updateRun_ = database_.prepare("UPDATE run SET n_events = ?2, last_seq = ?3, time_cycles = ?4,"
                                   " chain_hash = ?5, heartbeat_utc = ?6 WHERE run_id = ?1");
    openBlock_.reserve(blockEvents);
}

void RunWriter::begin() {
    transaction_.emplace(database_, TransactionKind::Write);
}

void RunWriter::append(const Event& event) {
    openBlock_.push_back(numbers_.toFile(event));
    bindEvent(insertEvent_, run_, openBlock_.back());
    insertEvent_.execute();
    ++pending_.events;
    pending_.lastSeq = event.seq;
    pending_.timeCycles = event.timeCycles;
    if (openBlock_.size() == blockEvents) {
        writeOpenBlock();
        chainBeforeBlock_ = pending_.chainHash;
        openBlock_.clear();
    }
}

void RunWriter::writeOpenBlock() {
    const EventBlock block = describeBlock(openBlock_, chainBeforeBlock_);
    pending_.chainHash = block.chainHash;
    insertBlock_
        .bind(run_, block.firstSeq, block.count, block.earliest, block.latest,
              kindCountsText(block), hashText(block.chainHash))
        .execute();
}

void RunWriter::addInput(std::uint64_t seq, const std::string& kind, const std::string& args) {
    Statement insert = database_.prepare("INSERT INTO input VALUES (?,?,?,?,?)");
    insert.bind(run_, inputs_++, seq, kind, args).execute();
}

void RunWriter::addChoice(const std::string& label, std::uint64_t options, std::uint64_t chosen) {
    Statement insert = database_.prepare("INSERT INTO choice VALUES (?,?,?,?,?)");
    insert.bind(run_, choices_++, label, options, chosen).execute();
}

void RunWriter::writeProgress() {
    updateRun_.bind(run_, pending_.events);
    if (pending_.lastSeq) {
        updateRun_.bindAt(3, *pending_.lastSeq);
    } else {
        updateRun_.bindAt(3, nullptr);
    }
    updateRun_.bindAt(4, pending_.timeCycles);
    updateRun_.bindAt(5, hashText(pending_.chainHash));
    updateRun_.bindAt(6, utcNow());
    updateRun_.execute();
}

void RunWriter::commit() {
    if (!openBlock_.empty()) {
        writeOpenBlock();
    }
    writeProgress();
    transaction_->commit();
    transaction_.reset();
    if (database_.ok()) {
        saved_ = pending_;
    }
}

void RunWriter::beat() {
    begin();
    commit();
}

void RunWriter::writeValue(Statement& insert,
                           std::uint64_t number,
                           const MetricSample& sample,
                           MetricId metric) {
    const auto index = static_cast<std::size_t>(metric);
    insert
        .bind(run_, number, std::uint32_t{numbers_.metrics.toFile(index).value()},
              sample.timeCycles, sample.seq, sample.values.at(index))
        .execute();
}

/// Values that are those of the sample before are left out: most metrics change seldom. The first
/// metric is always written, so that every sample has a row.
void RunWriter::writeSeries(const std::vector<MetricSample>& series) {
    Statement insert = database_.prepare(
        "INSERT INTO metric_sample (run_id, sample, metric_id, time_cycles, seq, value)"
        " VALUES (?,?,?,?,?,?)");
    for (std::size_t number = 0; number < series.size(); ++number) {
        const MetricSample& sample = series[number];
        for (const MetricInfo& info : allMetrics()) {
            const auto metric = static_cast<std::size_t>(info.id);
            if (metric == 0 || number == 0 ||
                sample.values.at(metric) != series[number - 1].values.at(metric)) {
                writeValue(insert, number, sample, info.id);
            }
        }
    }
}

void RunWriter::writeFinals(const MetricSample& finals) {
    Statement insert = database_.prepare("INSERT INTO run_metric (run_id, metric_id, time_cycles, "
                                         "seq, value) VALUES (?1,?3,?4,?5,?6)");
    for (const MetricInfo& info : allMetrics()) {
        writeValue(insert, 0, finals, info.id);
    }
}

void RunWriter::writePauses(const std::vector<HistogramBucket>& pauses) {
    Statement insert = database_.prepare("INSERT INTO pause_histogram VALUES (?,?,?,?)");
    for (const HistogramBucket& bucket : pauses) {
        insert.bind(run_, bucket.fromCycles, bucket.belowCycles, bucket.waits).execute();
    }
}

void RunWriter::finish(const RunOutcome& outcome) {
    begin();
    writeSeries(outcome.series);
    writeFinals(outcome.finals);
    writePauses(outcome.pauses);
    Statement update =
        database_.prepare("UPDATE run SET status = ?2, finished_utc = ?3, n_steps = ?4,"
                          " stream_hash = ?5, state_hash = ?6 WHERE run_id = ?1");
    update
        .bind(run_, nameOf(outcome.status), utcNow(), outcome.steps, hashText(outcome.streamHash),
              hashText(outcome.stateHash))
        .execute();
    commit();
    if (database_.ok()) {
        leaveWriteAheadLog();
    }
}

void RunWriter::leaveWriteAheadLog() {
    // Refused while somebody else has the file open; the next recorder to close does it then.
    database_.run("PRAGMA journal_mode = DELETE");
    database_.clearFailure();
}

void RunWriter::noteFailure(const Error& error, std::uint64_t lost) {
    if (!failedAs_) {
        failedAs_ = database_.full() ? RunStatus::DiskFull : RunStatus::Failed;
    }
    transaction_.reset();
    database_.clearFailure();
    {
        Transaction transaction(database_, TransactionKind::Write);
        Statement update = database_.prepare(
            "UPDATE run SET status = ?2, error = ?3, n_lost = ?4 WHERE run_id = ?1");
        update.bind(run_, nameOf(*failedAs_), error.reason, lost).execute();
        transaction.commit();
    }
    leaveWriteAheadLog();
}

} // namespace fragscope
