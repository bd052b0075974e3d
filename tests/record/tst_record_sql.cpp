#include "record/record_support.h"

using namespace fragscope;

namespace {

/// The SQL examples of docs/FILE_FORMAT.md.
std::vector<std::string> documentedQueries() {
    const std::string text = bytesOf(FRAGSCOPE_SOURCE_DIR "/docs/FILE_FORMAT.md");
    const std::string opening = "```sql\n";
    std::vector<std::string> queries;
    for (std::size_t at = text.find(opening); at != std::string::npos;
         at = text.find(opening, at)) {
        at += opening.size();
        queries.push_back(text.substr(at, text.find("```", at) - at));
    }
    return queries;
}

std::size_t rowsOf(const std::string& path, const std::string& sql) {
    Database database = std::move(Database::open(path, DatabaseAccess::ReadOnly)).value();
    Statement statement = database.prepare(sql);
    std::size_t rows = 0;
    while (statement.step()) {
        ++rows;
    }
    if (!database.ok()) {
        qFatal("%s", database.failure()->text().c_str());
    }
    return rows;
}

} // namespace

/// What others find in a run file by SQL.
class TestRecordSql : public QObject {
    Q_OBJECT

private slots:

    void documentedQueries_runAsTypedAndFindSomething() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(1), eventsUpTo(20'000));
        recordRun(path, sampleInfo(2), eventsUpTo(20'000));
        const std::vector<std::string> queries = documentedQueries();
        QVERIFY(queries.size() >= 9);
        for (const std::string& query : queries) {
            QVERIFY2(rowsOf(path, query) > 0, query.c_str());
        }
    }

    void documentedViews_haveTheDocumentedColumns() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(10));
        rowsOf(
            path,
            "SELECT run_id, run_key, attempt, run, scenario, seed, status, record_level, storage,"
            " n_events, last_seq, time_cycles, n_steps, n_lost, chain_hash, stream_hash, "
            "state_hash,"
            " error, behaviour_version, program_version, started_utc, heartbeat_utc, finished_utc,"
            " parent_run_key, parent_seq FROM v_run");
        rowsOf(path,
               "SELECT run_id, run, seed, metric, unit, time_cycles, seq, value FROM v_metric");
        rowsOf(path, "SELECT run_id, run_key, run, scenario, seed, metric, unit, better, value "
                     "FROM v_result");
        QCOMPARE(
            rowsOf(path,
                   "SELECT run_id, seq, time_cycles, kind, cpu, task, line, rule, object, vaddr,"
                   " paddr, page, frame, size_bytes, value, a, b, rule_text FROM v_event"),
            std::size_t{10});
    }

    void vEvent_showsNamesAndAddresses() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        Event event;
        event.kind = EventKind::MapStore;
        event.rule = Rule::CoverBlock;
        event.vaddr = 0xffff800000001008;
        event.paddr = 0x5123;
        recordRun(path, sampleInfo(), {event});
        QCOMPARE(
            textIn(path,
                   "SELECT kind || ' ' || rule || ' ' || vaddr || ' ' || paddr || ' ' || page ||"
                   " ' ' || frame FROM v_event"),
            std::string("map-store CoverBlock 0xffff800000001008 0x5123 4503565267632129 5"));
        tamper(path, "DELETE FROM event_kind; DELETE FROM rule; UPDATE event SET vaddr = 0");
        QCOMPARE(textIn(path,
                        "SELECT kind LIKE 'kind-%' AND rule LIKE 'rule-%' AND vaddr IS NULL AND"
                        " page IS NULL FROM v_event"),
                 std::string("1")); // unknown kinds are still shown
    }

    void vMetricAndVResult_divideRatios() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), {});
        QCOMPARE(textIn(path,
                        "SELECT value FROM v_result WHERE metric = 'external_fragmentation_ratio'"),
                 std::string("0.000102"));
        QCOMPARE(
            textIn(path, "SELECT typeof(value) || value FROM v_result WHERE metric = 'free_bytes'"),
            std::string("integer900"));
        QCOMPARE(textIn(path,
                        "SELECT value FROM v_metric WHERE metric = 'external_fragmentation_ratio'"
                        " AND seq = 1"),
                 std::string("0.000102"));
        QCOMPARE(numberIn(path, "SELECT count(*) FROM v_metric"),
                 static_cast<std::int64_t>(metricCount + 2 * ((metricCount + 2) / 3)));
    }

    void vRun_ofARunWithAnOldHeartbeat_saysInterrupted() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), {});
        const std::string status = "SELECT status FROM v_run";
        QCOMPARE(textIn(path, status), std::string("finished"));
        tamper(
            path,
            "UPDATE run SET heartbeat_utc = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-11 seconds')");
        QCOMPARE(textIn(path, status), std::string("finished"));
        tamper(path, "UPDATE run SET status = 'running'");
        QCOMPARE(textIn(path, status), std::string("interrupted"));
        tamper(
            path,
            "UPDATE run SET heartbeat_utc = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-5 seconds')");
        QCOMPARE(textIn(path, status), std::string("running"));
    }

    void registries_inTheFile_holdEveryName() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), {});
        QCOMPARE(numberIn(path, "SELECT count(*) FROM event_kind"), std::int64_t{eventKindCount});
        QCOMPARE(numberIn(path, "SELECT count(*) FROM metric"), std::int64_t{metricCount});
        QCOMPARE(numberIn(path, "SELECT count(*) FROM rule"),
                 static_cast<std::int64_t>(Rule::Count));
        QCOMPARE(textIn(path,
                        "SELECT value || ' ' || a || ' ' || level || ' ' || sort FROM event_kind"
                        " WHERE name = 'phys-copy'"),
                 std::string(" source_paddr full state"));
    }
};

QTEST_GUILESS_MAIN(TestRecordSql)
#include "tst_record_sql.moc"
