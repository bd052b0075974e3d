#include "fragscope/record/run/run_address.h"

#include "record/record_support.h"

using namespace fragscope;

/// What is recorded is what is read, field by field.
class TestRecordRoundTrip : public QObject {
    Q_OBJECT

private slots:

    void events_hundredThousandRandom_comeBackFieldByField() {
        const Folder folder;
        const std::vector<Event> events = eventsUpTo(100'000);
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), events);
        RunFile file = openRunFile(folder.file("r.db"));
        std::vector<Event> read;
        const auto all = file.forEachEvent(run, {}, [&](const Event& event) {
            read.push_back(event);
            return true;
        });
        QVERIFY(all.ok());
        QCOMPARE(firstDifference(read, events), qint64{-1});
        QVERIFY(file.verify(run).ok());
    }

    void events_withGapsInSeq_keepTheirNumbers() {
        const Folder folder;
        std::vector<Event> events;
        for (std::uint64_t seq = 3; seq < 60'000; seq += 1 + seq % 5) {
            events.push_back(eventAt(seq));
        }
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), events);
        RunFile file = openRunFile(folder.file("r.db"));
        QCOMPARE(firstDifference(file.events(run, {}, 100'000).value(), events), qint64{-1});
        QVERIFY(file.verify(run).ok());
        const RunRecord record = file.run(run).value();
        QCOMPARE(record.events, std::uint64_t{events.size()});
        QCOMPARE(*record.lastSeq, events.back().seq);
    }

    void events_range_isHalfOpenAndLimited() {
        const Folder folder;
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), eventsUpTo(10'000));
        RunFile file = openRunFile(folder.file("r.db"));
        const auto some = file.events(run, {4090, 4100}, 100).value();
        QCOMPARE(some.size(), std::size_t{10});
        QCOMPARE(some.front().seq, std::uint64_t{4090});
        QCOMPARE(file.events(run, {4090, 4100}, 3).value().back().seq, std::uint64_t{4092});
        QCOMPARE(file.events(run, {10'000}, 10).value().size(), std::size_t{0});
    }

    void pageImage_isNeverRecorded() {
        const Folder folder;
        std::vector<Event> events = eventsUpTo(3);
        events[1].kind = EventKind::PageImage;
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), events);
        RunFile file = openRunFile(folder.file("r.db"));
        const auto read = file.events(run, {}, 10).value();
        QCOMPARE(read.size(), std::size_t{2});
        QCOMPARE(read[1].seq, std::uint64_t{2});
        for (const RecordLevel level :
             {RecordLevel::Metrics, RecordLevel::Structure, RecordLevel::Full}) {
            QVERIFY(!Recorder::kinds(level).test(static_cast<std::size_t>(EventKind::PageImage)));
        }
    }

    void run_allThatIsKnownOfIt_comesBack() {
        const Folder folder;
        const RunInfo info = sampleInfo(~0ULL);
        const std::int64_t run = recordRun(folder.file("r.db"), info, eventsUpTo(10));
        const RunRecord record = openRunFile(folder.file("r.db")).run(std::nullopt).value();
        QCOMPARE(record.number, run);
        QCOMPARE(record.info.name, info.name);
        QCOMPARE(record.info.scenarioName, info.scenarioName);
        QCOMPARE(record.info.scenarioText, info.scenarioText);
        QCOMPARE(record.info.configText, info.configText);
        QCOMPARE(record.info.seed, info.seed);
        QCOMPARE(record.info.behaviourVersion, info.behaviourVersion);
        QCOMPARE(record.info.programVersion, info.programVersion);
        QVERIFY(record.info.level == info.level);
        QVERIFY(record.info.parameters == info.parameters);
        QCOMPARE(record.runKey, runKey(info));
        QVERIFY(record.status == RunStatus::Finished);
        QCOMPARE(record.steps, std::uint64_t{4711});
        QCOMPARE(record.streamHash, std::string("fedcba9876543210"));
        QCOMPARE(record.stateHash, std::string("0123456789abcdef"));
        QCOMPARE(record.timeCycles, eventAt(9).timeCycles);
        QCOMPARE(record.lost, std::uint64_t{0});
        QCOMPARE(record.error, std::string());
        QCOMPARE(record.finishedUtc.size(), std::size_t{24});
    }

    void results_metricsAndPauses_comeBack() {
        const Folder folder;
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), {});
        RunFile file = openRunFile(folder.file("r.db"));
        const RunOutcome outcome = sampleOutcome();
        const std::vector<MetricSample> series = file.series(run).value();
        QCOMPARE(series.size(), outcome.series.size());
        for (std::size_t i = 0; i < series.size(); ++i) {
            QCOMPARE(series[i].seq, outcome.series[i].seq);
            QCOMPARE(series[i].timeCycles, outcome.series[i].timeCycles);
            QVERIFY(series[i].values == outcome.series[i].values);
        }
        const MetricSample finals = file.finals(run).value();
        QVERIFY(finals.values == outcome.finals.values);
        QCOMPARE(finals.seq, outcome.finals.seq);
        QCOMPARE(finals.timeCycles, outcome.finals.timeCycles);
        QVERIFY(equal(file.pauses(run).value(), outcome.pauses));
    }

    void inputsAndChoices_evenWithoutEvents_areSaved() {
        const Folder folder;
        auto recorder = std::move(Recorder::create(folder.file("r.db"), sampleInfo())).value();
        recorder->addInput(0, "start-mover", "{}");
        recorder->addInput(17, "set", R"({"key":"mover.order"})");
        recorder->addChoice("next task", 3, 2);
        QVERIFY(recorder->finish(RunOutcome{}).ok());
        const auto inputs = openRunFile(folder.file("r.db")).inputs(1).value();
        QCOMPARE(inputs.size(), std::size_t{2});
        QCOMPARE(inputs[1].seq, std::uint64_t{17});
        QCOMPARE(inputs[1].kind, std::string("set"));
        QCOMPARE(inputs[1].args, std::string(R"({"key":"mover.order"})"));
        QCOMPARE(textIn(folder.file("r.db"), "SELECT label || options || chosen FROM choice"),
                 std::string("next task32"));
    }

    void severalRuns_inOneFile_areKeptApart() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        QCOMPARE(recordRun(path, sampleInfo(1), eventsUpTo(5000)), std::int64_t{1});
        QCOMPARE(recordRun(path, sampleInfo(2), eventsUpTo(20)), std::int64_t{2});
        QCOMPARE(recordRun(path, sampleInfo(1), eventsUpTo(5000)), std::int64_t{3});
        RunFile file = openRunFile(path);
        const std::vector<RunRecord> runs = file.runs().value();
        QCOMPARE(runs.size(), std::size_t{3});
        QCOMPARE(runs[0].runKey, runs[2].runKey);
        QVERIFY(runs[0].runKey != runs[1].runKey);
        QCOMPARE(runs[0].attempt, 1U);
        QCOMPARE(runs[2].attempt, 2U);
        QCOMPARE(runs[1].events, std::uint64_t{20});
        QCOMPARE(runs[0].chainHash, runs[2].chainHash);
        QCOMPARE(firstDifference(file.events(1, {}, 9999).value(), eventsUpTo(5000)), qint64{-1});
        QVERIFY(!file.run(4).ok());
    }

    void chainHash_ofTheSameEvents_doesNotDependOnWhenTheyWereCommitted() {
        const Folder folder;
        const std::vector<Event> events = eventsUpTo(9000);
        recordRun(folder.file("fast.db"), sampleInfo(), events);
        auto slow = std::move(Recorder::create(folder.file("slow.db"), sampleInfo())).value();
        for (const Event& event : events) {
            slow->onEvent(event);
            if (event.seq % 3100 == 0) {
                // Wait until a commit has saved everything so far, in the middle of a block.
                QTRY_COMPARE_WITH_TIMEOUT(slow->summary().savedEvents, event.seq + 1, 5000);
            }
        }
        QVERIFY(slow->finish(sampleOutcome()).ok());
        RunFile fastFile = openRunFile(folder.file("fast.db"));
        RunFile slowFile = openRunFile(folder.file("slow.db"));
        const auto fastBlocks = fastFile.blocks(1).value();
        const auto slowBlocks = slowFile.blocks(1).value();
        QCOMPARE(fastBlocks.size(), std::size_t{3});
        QCOMPARE(slowBlocks.size(), std::size_t{3});
        for (std::size_t i = 0; i < fastBlocks.size(); ++i) {
            QCOMPARE(slowBlocks[i].firstSeq, fastBlocks[i].firstSeq);
            QCOMPARE(slowBlocks[i].count, fastBlocks[i].count);
            QCOMPARE(slowBlocks[i].chainHash, fastBlocks[i].chainHash);
        }
        QCOMPARE(slowFile.run(1)->chainHash, fastFile.run(1)->chainHash);
    }

    void blocks_countKindsAndTimes_likeTheEvents() {
        const Folder folder;
        const std::vector<Event> events = eventsUpTo(5000);
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), events);
        const auto blocks = openRunFile(folder.file("r.db")).blocks(run).value();
        QCOMPARE(blocks.size(), std::size_t{2});
        QCOMPARE(blocks[1].firstSeq, std::uint64_t{4096});
        QCOMPARE(blocks[1].count, std::uint64_t{904});
        QCOMPARE(blocks[1].earliest, events[4096].timeCycles);
        QCOMPARE(blocks[1].latest, events[4999].timeCycles);
        std::map<std::uint16_t, std::uint64_t> expected;
        for (std::size_t i = 4096; i < events.size(); ++i) {
            ++expected[static_cast<std::uint16_t>(events[i].kind)];
        }
        QVERIFY(blocks[1].kindCounts == expected);
    }

    void seqAtTime_findsTheFirstEventAtOrAfter() {
        const Folder folder;
        std::vector<Event> events = eventsUpTo(10'000);
        for (Event& event : events) {
            event.timeCycles = event.seq / 2 * 10; // pairs share a time
        }
        const std::int64_t run = recordRun(folder.file("r.db"), sampleInfo(), events);
        RunFile file = openRunFile(folder.file("r.db"));
        QCOMPARE(*file.seqAtTime(run, 0).value(), std::uint64_t{0});
        QCOMPARE(*file.seqAtTime(run, 30'000).value(), std::uint64_t{6000});
        QCOMPARE(*file.seqAtTime(run, 30'001).value(), std::uint64_t{6002});
        QCOMPARE(*file.seqAtTime(run, 49'990).value(), std::uint64_t{9998});
        QVERIFY(!file.seqAtTime(run, 49'991).value().has_value());
    }

    /// Another version of the program numbers kinds and rules otherwise; names count.
    void numbers_ofAnOlderFile_areTranslatedByName() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        const std::vector<Event> events = eventsUpTo(6000);
        recordRun(path, sampleInfo(), {});
        tamper(
            path,
            "UPDATE event_kind SET kind = 1000 - kind; DELETE FROM event_kind WHERE name = 'load';"
            "UPDATE event_kind SET name = 'forgotten' WHERE name = 'store';"
            "UPDATE rule SET rule = rule + 500; UPDATE metric SET metric_id = 1000 - metric_id;");
        const std::int64_t run = recordRun(path, sampleInfo(), events);
        RunFile file = openRunFile(path);
        QCOMPARE(firstDifference(file.events(run, {}, 9999).value(), events), qint64{-1});
        QVERIFY(file.verify(run).ok());
        QVERIFY(file.finals(run)->values == sampleOutcome().finals.values);
        QVERIFY(numberIn(path, "SELECT min(kind) FROM event WHERE run_id = 2 AND kind NOT IN "
                               "(SELECT kind FROM event_kind)") == 0);
        QCOMPARE(numberIn(path, "SELECT count(*) FROM event e JOIN event_kind k USING (kind) WHERE "
                                "e.run_id = 2 AND k.name = 'forgotten'"),
                 std::int64_t{0});
    }

    void events_ofAKindThatNobodyKnows_areRefusedInWords() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        std::vector<Event> events = eventsUpTo(2);
        events[1].kind = EventKind::Note;
        const std::int64_t run = recordRun(path, sampleInfo(), events);
        tamper(path, "UPDATE event_kind SET name = 'of-the-future' WHERE name = 'note'");
        const auto read = openRunFile(path).events(run, {}, 10);
        QVERIFY(!read.ok());
        QVERIFY(read.error().code == ExitCode::BadInput);
        QVERIFY(read.error().text().find("newer program") != std::string::npos);
    }

    void file_finished_isASingleOneWithItsMarks() {
        const Folder folder;
        recordRun(folder.file("r.db"), sampleInfo(), eventsUpTo(100));
        QCOMPARE(folder.names(), QStringList{"r.db"});
        const std::string bytes = bytesOf(folder.file("r.db"));
        QCOMPARE(bytes.substr(68, 4), std::string("FRAG"));
        QCOMPARE(bytes[18], '\1'); // file format write version 1: no write-ahead log
        QCOMPARE(numberIn(folder.file("r.db"), "PRAGMA user_version"), std::int64_t{1});
        QCOMPARE(numberIn(folder.file("r.db"), "PRAGMA page_size"), std::int64_t{4096});
        QCOMPARE(textIn(folder.file("r.db"), "PRAGMA integrity_check"), std::string("ok"));
    }

    void runKey_dependsOnEveryPartAndNotOnNames() {
        const std::string key = runKey(sampleInfo());
        QCOMPARE(key.size(), std::size_t{32});
        RunInfo other = sampleInfo();
        other.name = "other";
        other.parameters.clear();
        QCOMPARE(runKey(other), key);
        other = sampleInfo(8);
        QVERIFY(runKey(other) != key);
        other = sampleInfo();
        other.behaviourVersion = 4;
        QVERIFY(runKey(other) != key);
        other = sampleInfo();
        other.configText.push_back(' ');
        QVERIFY(runKey(other) != key);
        other = sampleInfo(); // moving text from one part to the next must not go unnoticed
        other.scenarioText += other.configText;
        other.configText.clear();
        QVERIFY(runKey(other) != key);
    }

    void address_withAndWithoutNumber_isSplit() {
        QCOMPARE(parseRunAddress("a/b.db#12").file, std::string("a/b.db"));
        QCOMPARE(*parseRunAddress("a/b.db#12").run, std::int64_t{12});
        QVERIFY(!parseRunAddress("a/b.db").run.has_value());
        for (const char* whole :
             {"a#b.db", "a.db#", "a.db#1x", "a.db#-1", "a#1/b.db", "a.db#99999999999999999999"}) {
            QCOMPARE(parseRunAddress(whole).file, std::string(whole));
            QVERIFY(!parseRunAddress(whole).run.has_value());
        }
        QCOMPARE(text(parseRunAddress("x#7")), std::string("x#7"));
    }

    void statusAndLevel_names_roundTrip() {
        for (const char* name :
             {"running", "finished", "stopped", "interrupted", "failed", "disk_full"}) {
            QCOMPARE(std::string(nameOf(runStatusNamed(name).value())), std::string(name));
        }
        for (const char* name : {"metrics", "structure", "full"}) {
            QCOMPARE(std::string(nameOf(recordLevelNamed(name).value())), std::string(name));
        }
        QVERIFY(!runStatusNamed("Finished").has_value());
    }
};

QTEST_GUILESS_MAIN(TestRecordRoundTrip)
#include "tst_record_round_trip.moc"
