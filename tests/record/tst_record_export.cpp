#include "fragscope/record/export/event_export.h"
#include "fragscope/record/export/metric_export.h"

#include "record/csv_reader.h"
#include "record/record_support.h"
#include <nlohmann/json.hpp>

using namespace fragscope;

namespace {

using Json = nlohmann::json;

/// Three events of known looks.
std::vector<Event> threeEvents() {
    Event started;
    started.kind = EventKind::TaskStarted;
    started.object = 2;
    started.value = 1;
    started.a = 3;
    Event refused;
    refused.seq = 1;
    refused.timeCycles = 1200;
    refused.kind = EventKind::RequestRefused;
    refused.rule = Rule::NoRunLongEnough;
    refused.line = 4;
    refused.cpu = 1;
    refused.task = 9;
    refused.object = 2;
    refused.value = 64;
    refused.a = 100;
    refused.b = 32;
    Event store;
    store.seq = 2;
    store.timeCycles = 1300;
    store.kind = EventKind::PhysStore;
    store.rule = Rule::KernelOwn;
    store.size = 8;
    store.vaddr = 0xffff800000001008;
    store.paddr = 0x3008;
    store.value = 0x8000000000000001;
    return {started, refused, store};
}

/// Writes the events as a live run would.
std::string liveExport(const Folder& folder,
                       const std::string& name,
                       const std::vector<Event>& events,
                       const EventExportOptions& options = {}) {
    auto out = std::move(EventExport::create(folder.file(name), options)).value();
    for (const Event& event : events) {
        out->onEvent(event);
    }
    if (!out->finish(sampleInfo())) {
        qFatal("finish");
    }
    return bytesOf(folder.file(name));
}

Json jsonOf(const std::string& path) {
    return Json::parse(bytesOf(path));
}

std::vector<std::string> columnNames(const Json& meta) {
    std::vector<std::string> names;
    for (const Json& column : meta["columns"]) {
        names.push_back(column["name"]);
    }
    return names;
}

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\r'));
}

} // namespace

/// Exported tables: their bytes, and that a live run and its file give the same.
class TestRecordExport : public QObject {
    Q_OBJECT

private slots:

    void events_csv_goldenBytes() {
        const Folder folder;
        const std::string text = liveExport(folder, "events.csv", threeEvents());
        const CsvText csv = parseCsv(text, "\r\n");
        QVERIFY(csv.wellFormed);
        QCOMPARE(
            firstLine(text),
            std::string("seq,time_cycles,kind,cpu,task,line,rule,object,vaddr,paddr,page,frame,"
                        "size_bytes,value,a,b,reason"));
        QCOMPARE(csv.rows.size(), std::size_t{4});
        QVERIFY(text.find("\r\n0,0,task-started,0,0,0,,2,,,,,,1,3,,\r\n") != std::string::npos);
        QVERIFY(
            text.find("\r\n2,1300,phys-store,0,0,0,KernelOwn,,0xffff800000001008,0x3008,"
                      "4503565267632129,3,8,9223372036854775809,,,the kernel's own memory\r\n") !=
            std::string::npos);
        const std::vector<std::string> refusal = csv.rows[2];
        QVERIFY((std::vector<std::string>(refusal.begin(), refusal.end() - 1) ==
                 std::vector<std::string>{"1", "1200", "request-refused", "1", "9", "4",
                                          "NoRunLongEnough", "2", "", "", "", "", "", "64", "100",
                                          "32"}));
        // The rule's own text, with the operands in their places.
        QVERIFY(refusal.back().find("64") == 0);
        QVERIFY(refusal.back().find('{') == std::string::npos);
    }

    void events_jsonLines_eachLineIsAnObject() {
        const Folder folder;
        const std::string text =
            liveExport(folder, "events.jsonl", threeEvents(), {.format = EventFormat::JsonLines});
        std::istringstream lines(text);
        std::vector<Json> objects;
        for (std::string line; std::getline(lines, line);) {
            objects.push_back(Json::parse(line));
        }
        QCOMPARE(objects.size(), std::size_t{3});
        QCOMPARE(objects[0].dump(),
                 std::string(R"({"a":3,"cpu":0,"kind":"task-started","line":0,)"
                             R"("object":2,"seq":0,"task":0,"time_cycles":0,"value":1})"));
        QCOMPARE(objects[2]["vaddr"].get<std::string>(), std::string("0xffff800000001008"));
        QCOMPARE(objects[2]["value"].get<std::uint64_t>(), std::uint64_t{0x8000000000000001});
        QCOMPARE(objects[2]["reason"].get<std::string>(), std::string("the kernel's own memory"));
        QVERIFY(!objects[2].contains("object"));
        QCOMPARE(folder.names(), QStringList{"events.jsonl"});
    }

    void events_fromTheFile_haveTheBytesOfTheLiveRun_data() {
        QTest::addColumn<int>("format");
        QTest::newRow("csv") << static_cast<int>(EventFormat::Csv);
        QTest::newRow("json lines") << static_cast<int>(EventFormat::JsonLines);
    }

    void events_fromTheFile_haveTheBytesOfTheLiveRun() {
        QFETCH(int, format);
        const EventExportOptions options{.format = static_cast<EventFormat>(format)};
        const Folder folder;
        const std::vector<Event> events = eventsUpTo(10'000);
        const std::string live = liveExport(folder, "live", events, options);
        recordRun(folder.file("r.db"), sampleInfo(), events);
        RunFile file = openRunFile(folder.file("r.db"));
        QVERIFY(*exportEvents(file, 1, folder.file("again"), options) == WriteEnd::Complete);
        QVERIFY(bytesOf(folder.file("again")) == live);
        QVERIFY(live.size() > 500'000);
    }

    void events_filter_leavesOutWhatIsNotAskedFor() {
        const Folder folder;
        const std::vector<Event> events = eventsUpTo(10'000);
        EventExportOptions filter;
        filter.kinds.reset().set(static_cast<std::size_t>(EventKind::Load));
        filter.range = {2000, 9000};
        std::size_t expected = 0;
        for (const Event& event : events) {
            expected +=
                event.kind == EventKind::Load && event.seq >= 2000 && event.seq < 9000 ? 1U : 0U;
        }
        const std::string live = liveExport(folder, "live.csv", events, filter);
        QCOMPARE(parseCsv(live, "\r\n").rows.size(), expected + 1);
        QVERIFY(expected > 50);
        recordRun(folder.file("r.db"), sampleInfo(), events);
        RunFile file = openRunFile(folder.file("r.db"));
        QVERIFY(exportEvents(file, 1, folder.file("file.csv"), filter).ok());
        QCOMPARE(bytesOf(folder.file("file.csv")), live);
    }

    void events_ofAMissingRun_leaveNoFile() {
        const Folder folder;
        recordRun(folder.file("r.db"), sampleInfo(), threeEvents());
        RunFile file = openRunFile(folder.file("r.db"));
        QVERIFY(!exportEvents(file, 3, folder.file("e.csv")).ok());
        tamper(folder.file("r.db"), "UPDATE event SET cpu = 999 WHERE seq = 2");
        QVERIFY(!exportEvents(file, 1, folder.file("e.csv")).ok());
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    void metrics_long_goldenRows() {
        const Folder folder;
        const RunOutcome outcome = sampleOutcome();
        QVERIFY(exportMetrics(folder.file("metrics.csv"), sampleInfo(), outcome.series,
                              MetricShape::Long)
                    .ok());
        const std::string text = bytesOf(folder.file("metrics.csv"));
        QVERIFY(
            text.starts_with("run,seed,metric,unit,time_cycles,seq,value\r\n"
                             "\"entry E, \"\"repaired\"\"\",7,free_bytes,bytes,1000,1,100\r\n"));
        // In millionths in the core, a ratio outside.
        QVERIFY(text.find(",external_fragmentation_ratio,ratio,1000,1,0.000102\r\n") !=
                std::string::npos);
        const CsvText csv = parseCsv(text, "\r\n");
        QVERIFY(csv.wellFormed);
        QCOMPARE(csv.rows.size(), 1 + 3 * metricCount);
        QCOMPARE(csv.rows.back().at(4), std::string("5000"));
    }

    void metrics_wide_hasOneRowPerSample() {
        const Folder folder;
        const RunOutcome outcome = sampleOutcome();
        QVERIFY(exportMetrics(folder.file("m.csv"), sampleInfo(), outcome.series, MetricShape::Wide,
                              {LineEnd::Lf})
                    .ok());
        const CsvText csv = parseCsv(bytesOf(folder.file("m.csv")), "\n");
        QVERIFY(csv.wellFormed);
        QCOMPARE(csv.rows.size(), std::size_t{4});
        QCOMPARE(csv.rows[0].size(), 4 + metricCount);
        for (const MetricInfo& info : allMetrics()) {
            const std::size_t column = 4 + static_cast<std::size_t>(info.id);
            QCOMPARE(csv.rows[0][column], std::string(info.name));
            const std::uint64_t value = sampleAt(5).values[static_cast<std::size_t>(info.id)];
            QCOMPARE(csv.rows[3][column], decimal(displayValue(info.id, value)));
        }
    }

    void metrics_hugeValue_isExact() {
        const Folder folder;
        MetricSample sample;
        sample.values[static_cast<std::size_t>(MetricId::FreeBytes)] = (1ULL << 53) + 1;
        QVERIFY(exportMetrics(folder.file("m.csv"), sampleInfo(), std::span(&sample, 1),
                              MetricShape::Long)
                    .ok());
        QVERIFY(bytesOf(folder.file("m.csv")).find(",9007199254740993\r\n") != std::string::npos);
    }

    void summary_goldenRows() {
        const Folder folder;
        QVERIFY(exportSummary(folder.file("summary.csv"), sampleInfo(), sampleAt(9)).ok());
        const std::string text = bytesOf(folder.file("summary.csv"));
        QVERIFY(text.starts_with(
            "run,seed,transfer_block,note,metric,unit,value\r\n"
            "\"entry E, \"\"repaired\"\"\",7,64 KiB,\"a,b\",free_bytes,bytes,900\r\n"
            "\"entry E, \"\"repaired\"\"\",7,64 KiB,\"a,b\",largest_free_run_bytes,bytes,101\r\n"
            "\"entry E, \"\"repaired\"\"\",7,64 "
            "KiB,\"a,b\",external_fragmentation_ratio,ratio,0.000102\r\n"));
        QCOMPARE(parseCsv(text, "\r\n").rows.size(), 1 + metricCount);
    }

    void pauses_goldenBytes() {
        const Folder folder;
        QVERIFY(exportPauses(folder.file("p.csv"), sampleInfo(), sampleOutcome().pauses).ok());
        QCOMPARE(bytesOf(folder.file("p.csv")),
                 std::string("run,seed,from_cycles,below_cycles,waits\r\n"
                             "\"entry E, \"\"repaired\"\"\",7,16,17,3\r\n"
                             "\"entry E, \"\"repaired\"\"\",7,1024,1088,5\r\n"));
    }

    void results_fromTheFile_haveTheBytesOfTheLiveRun() {
        const Folder folder;
        const RunOutcome outcome = sampleOutcome();
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(3), {}); // the run's number in the file must not matter
        const std::int64_t run = recordRun(path, sampleInfo(), threeEvents());
        RunFile file = openRunFile(path);
        const RunInfo info = file.run(run)->info;
        const auto write = [&](const std::string& prefix, const RunInfo& of, const auto& series,
                               const MetricSample& finals, const auto& pauses) {
            QVERIFY(
                exportMetrics(folder.file(prefix + "m.csv"), of, series, MetricShape::Long).ok());
            QVERIFY(
                exportMetrics(folder.file(prefix + "w.csv"), of, series, MetricShape::Wide).ok());
            QVERIFY(exportSummary(folder.file(prefix + "s.csv"), of, finals).ok());
            QVERIFY(exportPauses(folder.file(prefix + "p.csv"), of, pauses).ok());
        };
        write("live-", sampleInfo(), outcome.series, outcome.finals, outcome.pauses);
        write("file-", info, file.series(run).value(), file.finals(run).value(),
              file.pauses(run).value());
        for (const std::string name : {"m.csv", "w.csv", "s.csv", "p.csv"}) {
            QCOMPARE(bytesOf(folder.file("file-" + name)), bytesOf(folder.file("live-" + name)));
        }
        Json live = jsonOf(folder.file("live-m.meta.json"));
        Json stored = jsonOf(folder.file("file-m.meta.json"));
        live.erase("file");
        stored.erase("file");
        QCOMPARE(stored.dump(), live.dump());
    }

    void meta_explainsEveryColumn() {
        const Folder folder;
        const RunOutcome outcome = sampleOutcome();
        QVERIFY(exportMetrics(folder.file("metrics.csv"), sampleInfo(), outcome.series,
                              MetricShape::Wide)
                    .ok());
        liveExport(folder, "events.csv", threeEvents());
        for (const std::string name : {"metrics", "events"}) {
            const CsvText csv = parseCsv(bytesOf(folder.file(name + ".csv")), "\r\n");
            const Json meta = jsonOf(folder.file(name + ".meta.json"));
            QVERIFY(columnNames(meta) == csv.rows[0]);
            QCOMPARE(meta["rows"].get<std::size_t>(), csv.rows.size() - 1);
            QCOMPARE(meta["file"].get<std::string>(), name + ".csv");
            QCOMPARE(meta["run_key"].get<std::string>(), runKey(sampleInfo()));
            for (const Json& column : meta["columns"]) {
                QVERIFY(!column["meaning"].get<std::string>().empty());
                QVERIFY(!column["type"].get<std::string>().empty());
            }
        }
        const Json events = jsonOf(folder.file("events.meta.json"));
        QCOMPARE(events["kinds"].size(), eventKindCount);
        const Json store = events["kinds"][static_cast<std::size_t>(EventKind::MapStore)];
        QCOMPARE(store["a"].get<std::string>(), std::string("old_value"));
    }
};

QTEST_GUILESS_MAIN(TestRecordExport)
#include "tst_record_export.moc"
