#include "record/record_children.h"
#include <sys/stat.h>

using namespace fragscope;

namespace {

using namespace std::chrono_literals;

// ---- parts of children
// ---------------------------------------------------------------------------------

/// Records without end; pauses now and then, so that kills hit idle moments as well.
int recordForever(const std::string& path) {
    auto recorder = std::move(Recorder::create(path, sampleInfo())).value();
    sayReady();
    for (std::uint64_t seq = 0;; ++seq) {
        recorder->onEvent(eventAt(seq));
        if (seq % 30'000 == 0) {
            std::this_thread::sleep_for(20ms);
        }
    }
}

/// Records one finished run of 300,000 events.
int recordMany(const std::string& path) {
    auto recorder = Recorder::create(path, sampleInfo());
    sayReady();
    if (!recorder) {
        say(recorder.error().text());
        return 1;
    }
    for (std::uint64_t seq = 0; seq < 300'000; ++seq) {
        recorder.value()->onEvent(eventAt(seq));
    }
    const auto summary = recorder.value()->finish(sampleOutcome());
    say(summary ? "ok" : summary.error().text());
    return summary ? 0 : static_cast<int>(summary.error().code);
}

/// Lets no file grow beyond 2 MiB, as a nearly full disk would.
int recordWithLittleRoom(const std::string& path) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return recordMany(path);
}

/// Permissions do not bind root, so play somebody else.
void becomeNobody() {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) {
        ::_exit(98);
    }
}

int recordAsNobody(const std::string& path) {
    becomeNobody();
    return recordMany(path);
}

int readAsNobody(const std::string& path) {
    becomeNobody();
    sayReady();
    auto file = RunFile::open(path);
    say(!file ? file.error().text()
              : std::to_string(file.value().run(std::nullopt)->events) +
                    (file.value().verify(1).ok() ? " verified" : " damaged"));
    return 0;
}

/// Changes every event in place, without a write-ahead log, and stays in the middle of it.
int changeWithoutEnd(const std::string& path) {
    Database database = std::move(Database::open(path, DatabaseAccess::ReadWrite)).value();
    database.run("PRAGMA cache_size = 5; BEGIN IMMEDIATE; UPDATE event SET a = a + 1");
    if (!database.ok()) {
        return 1;
    }
    sayReady();
    std::this_thread::sleep_for(1h);
    return 0;
}

const std::map<std::string, ChildPart> parts{
    {"forever", recordForever},
    {"many", recordMany},
    {"little room", recordWithLittleRoom},
    {"record nobody", recordAsNobody},
    {"read nobody", readAsNobody},
    {"change", changeWithoutEnd},
};

// ---- helpers
// -------------------------------------------------------------------------------------------

/// The stored events of the run are the first ones of eventAt, and as many as the run says.
void expectPrefix(const std::string& path, std::int64_t run) {
    RunFile file = openRunFile(path);
    const RunRecord record = std::move(file.run(run)).value();
    const auto verified = file.verify(run);
    QVERIFY2(verified.ok(), verified ? "" : verified.error().text().c_str());
    std::uint64_t next = 0;
    bool same = true;
    QVERIFY(file.forEachEvent(run, {},
                              [&](const Event& event) {
                                  same = same && equal(event, eventAt(next++));
                                  return same;
                              })
                .ok());
    QVERIFY(same);
    QCOMPARE(next, record.events);
}

void makeOld(const std::string& path) {
    tamper(path, "UPDATE run SET heartbeat_utc = strftime('%Y-%m-%dT%H:%M:%fZ', heartbeat_utc, "
                 "'-11 seconds')");
}

bool mentions(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

} // namespace

/// Kills, full disks, places that cannot be written, and several users of one file.
class TestRecordRobustness : public QObject {
    Q_OBJECT

private slots:

    void kill_atAnyMoment_leavesAReadableRun() {
        Rng rng(2024);
        int withEvents = 0;
        for (int trial = 0; trial < 12; ++trial) {
            const Folder folder;
            const std::string path = folder.file("r.db");
            {
                Child child("forever", path);
                QVERIFY(child.waitUntilReady());
                // Every second one is well under way, however slow the machine is.
                QTRY_VERIFY_WITH_TIMEOUT(trial % 2 == 0 || openRunFile(path).run(1)->events > 0,
                                         20'000);
                std::this_thread::sleep_for(std::chrono::milliseconds(rng.below(700)));
                child.kill();
            }
            expectPrefix(path, 1);
            QCOMPARE(textIn(path, "PRAGMA integrity_check"), std::string("ok"));
            const RunRecord record = openRunFile(path).run(1).value();
            QVERIFY(record.status == RunStatus::Running); // its heart has beaten just now
            withEvents += record.events > 0 ? 1 : 0;
            makeOld(path);
            QVERIFY(openRunFile(path).run(1)->status == RunStatus::Interrupted);
            QCOMPARE(textIn(path, "SELECT status FROM v_run"), std::string("interrupted"));
        }
        QVERIFY2(withEvents >= 6, "the trials have not hit recording");
    }

    void kill_thenNextRun_goesIntoTheSameFile() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        std::uint64_t seen = 0;
        {
            Child child("forever", path);
            QVERIFY(child.waitUntilReady());
            QTRY_VERIFY_WITH_TIMEOUT((seen = openRunFile(path).run(1)->events) > 0, 20'000);
            child.kill();
        }
        QVERIFY(folder.names().contains("r.db-wal"));
        QCOMPARE(recordRun(path, sampleInfo(), eventsUpTo(5000)), std::int64_t{2});
        QCOMPARE(folder.names(), QStringList{"r.db"}); // the log of the killed one is taken in
        expectPrefix(path, 1);
        expectPrefix(path, 2);
        QVERIFY(openRunFile(path).run(1)->events >= seen); // what a reader saw is safe
    }

    void reading_ofAKilledRun_changesNothing() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        {
            Child child("forever", path);
            QVERIFY(child.waitUntilReady());
            QTRY_VERIFY_WITH_TIMEOUT(openRunFile(path).run(1)->events > 0, 20'000);
            child.kill();
        }
        const std::string file = bytesOf(path);
        const std::string log = bytesOf(path + "-wal");
        QVERIFY(!log.empty());
        expectPrefix(path, 1);
        QVERIFY(bytesOf(path) == file);
        QVERIFY(bytesOf(path + "-wal") == log);
    }

    void kill_inACommitWithoutWriteAheadLog_isUndoneWhenRead() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(5000));
        const std::string before = bytesOf(path);
        {
            Child child("change", path);
            QVERIFY(child.waitUntilReady());
            child.kill();
        }
        QVERIFY(folder.names().contains("r.db-journal"));
        QVERIFY(bytesOf(path) != before); // half written indeed
        expectPrefix(path, 1);
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    void recorder_destroyedWithoutFinish_savesWhatItHas() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        {
            auto recorder = std::move(Recorder::create(path, sampleInfo())).value();
            for (const Event& event : eventsUpTo(5000)) {
                recorder->onEvent(event);
            }
        }
        expectPrefix(path, 1);
        const RunRecord record = openRunFile(path).run(1).value();
        QCOMPARE(record.events, std::uint64_t{5000});
        QVERIFY(record.status == RunStatus::Running);
    }

    void paused_recorder_savesWithinAMomentAndKeepsItsHeartBeating() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        auto recorder = std::move(Recorder::create(path, sampleInfo())).value();
        recorder->onEvent(eventAt(0));
        QTRY_COMPARE_WITH_TIMEOUT(recorder->summary().savedEvents, std::uint64_t{1}, 3000);
        const std::string first = openRunFile(path).run(1)->heartbeatUtc;
        QTRY_VERIFY_WITH_TIMEOUT(openRunFile(path).run(1)->heartbeatUtc > first, 8000);
        QCOMPARE(openRunFile(path).run(1)->events, std::uint64_t{1});
    }

    void diskFull_stopsRecordingButNotTheRun() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        auto recorder =
            std::move(Recorder::create(path, sampleInfo(), {.maxFileBytes = 8 << 20})).value();
        for (std::uint64_t seq = 0; seq < 400'000; ++seq) {
            recorder->onEvent(eventAt(seq)); // must come back, whatever has happened
        }
        const auto summary = recorder->finish(sampleOutcome());
        QVERIFY(!summary.ok());
        QVERIFY(summary.error().code == ExitCode::SystemRefused);
        QVERIFY2(mentions(summary.error().text(), "the disk is full"),
                 summary.error().text().c_str());
        const RunSummary known = recorder->summary();
        QVERIFY(known.savedEvents >= 65'536 && known.savedEvents < 400'000);
        QVERIFY(
            mentions(summary.error().text(), "up to seq " + std::to_string(*known.lastSavedSeq)));
        QCOMPARE(known.savedEvents + known.lostEvents, std::uint64_t{400'000});
        QCOMPARE(recorder->failure()->text(), summary.error().text());

        expectPrefix(path, 1);
        const RunRecord record = openRunFile(path).run(1).value();
        QVERIFY(record.status == RunStatus::DiskFull);
        QCOMPARE(record.events, known.savedEvents);
        QCOMPARE(record.lost, known.lostEvents);
        QCOMPARE(textIn(path, "PRAGMA integrity_check"), std::string("ok"));
    }

    void diskFull_atTheEndOfTheRun_isAnErrorOfFinish() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        auto recorder =
            std::move(Recorder::create(path, sampleInfo(), {.maxFileBytes = 400 << 10})).value();
        recorder->onEvent(eventAt(0));
        RunOutcome outcome = sampleOutcome();
        for (std::uint64_t seq = 0; seq < 5000; ++seq) {
            outcome.series.push_back(sampleAt(10 + seq));
        }
        const auto summary = recorder->finish(outcome);
        QVERIFY(!summary.ok());
        QVERIFY(mentions(summary.error().text(), "the disk is full"));
        expectPrefix(path, 1);
        QCOMPARE(openRunFile(path).run(1)->events, std::uint64_t{1});
        QVERIFY(openRunFile(path).run(1)->status == RunStatus::DiskFull);
    }

    void fileSizeLimit_ofTheSystem_stopsRecordingInWords() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        Child child("little room", path);
        QVERIFY(child.waitUntilReady());
        const std::string said = child.rest();
        QCOMPARE(child.wait(), static_cast<int>(ExitCode::SystemRefused));
        QVERIFY2(mentions(said, "recording stopped"), said.c_str());
        expectPrefix(path, 1);
    }

    void place_thatCannotBeWritten_isRefusedInWords() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(5000));
        const std::string before = bytesOf(path);
        QCOMPARE(::chmod(path.c_str(), 0444), 0);
        QCOMPARE(::chmod(folder.path().c_str(), 0555), 0);
        for (const std::string& target : {path, folder.file("new.db")}) {
            Child child("record nobody", target);
            QVERIFY(child.waitUntilReady());
            const std::string said = child.rest();
            QCOMPARE(child.wait(), 1);
            QVERIFY2(mentions(said, "no permission"), said.c_str());
        }
        Child reader("read nobody", path);
        QVERIFY(reader.waitUntilReady());
        QCOMPARE(reader.rest(), std::string("5000 verified"));
        QCOMPARE(::chmod(folder.path().c_str(), 0755), 0);
        QCOMPARE(bytesOf(path), before);
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    /// A file closed in write-ahead mode (somebody else had it open) must open on a read-only
    /// share, too.
    void walModeFile_inAReadOnlyFolder_isReadable() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(5000));
        tamper(path, "PRAGMA journal_mode = WAL");
        QCOMPARE(bytesOf(path)[18], '\2');
        QCOMPARE(::chmod(folder.path().c_str(), 0555), 0);
        Child reader("read nobody", path);
        QVERIFY(reader.waitUntilReady());
        QCOMPARE(reader.rest(), std::string("5000 verified"));
        QCOMPARE(::chmod(folder.path().c_str(), 0755), 0);
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    void reader_whileRecording_seesWholeCommitsAndDisturbsNobody() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        auto recorder = std::move(Recorder::create(path, sampleInfo())).value();
        std::atomic<bool> done{false};
        std::thread producer([&] {
            for (std::uint64_t seq = 0; seq < 400'000; ++seq) {
                recorder->onEvent(eventAt(seq));
            }
            done = true;
        });
        RunFile file = openRunFile(path);
        std::uint64_t last = 0;
        int looks = 0;
        int growths = 0;
        while (!done) {
            const auto record = file.run(1);
            QVERIFY2(record.ok(), record ? "" : record.error().text().c_str());
            const auto starts = file.blockStarts(1);
            QVERIFY(starts.ok());
            if (!starts->empty()) {
                const auto block = file.loadBlock(1, starts->back());
                QVERIFY2(block.ok(), block ? "" : block.error().text().c_str());
            }
            QVERIFY(record->events >= last);
            growths += record->events > last ? 1 : 0;
            last = record->events;
            ++looks;
            std::this_thread::sleep_for(5ms);
        }
        producer.join();
        QVERIFY(recorder->finish(sampleOutcome()).ok());
        QVERIFY2(looks > 10 && growths > 2, "the reader has not met the recorder");
        QCOMPARE(file.run(1)->events, std::uint64_t{400'000});
        QVERIFY(file.verify(1).ok());
    }

    void finish_whileSomebodyHasTheFileOpen_doesNotWaitForHim() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(100));
        auto recorder = std::move(Recorder::create(path, sampleInfo())).value();
        recorder->onEvent(eventAt(0));
        {
            RunFile file = openRunFile(path);
            QCOMPARE(file.run(2)->number, std::int64_t{2});
            const auto start = std::chrono::steady_clock::now();
            QVERIFY(recorder->finish(sampleOutcome()).ok());
            QVERIFY(std::chrono::steady_clock::now() - start < 2s);
            QVERIFY(file.run(2)->status == RunStatus::Finished);
        }
        recorder.reset();
        QCOMPARE(bytesOf(path)[18], '\2'); // still in write-ahead mode, all the same complete
        expectPrefix(path, 2);
        recordRun(path, sampleInfo(), {});
        QCOMPARE(bytesOf(path)[18], '\1');
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    void twoRecorders_intoOneFile_bothSaveEverything() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        Child first("many", path);
        Child second("many", path);
        QVERIFY(first.waitUntilReady());
        QVERIFY(second.waitUntilReady());
        QCOMPARE(first.rest(), std::string("ok"));
        QCOMPARE(second.rest(), std::string("ok"));
        QCOMPARE(first.wait(), 0);
        QCOMPARE(second.wait(), 0);
        for (const std::int64_t run : {1, 2}) {
            expectPrefix(path, run);
            const RunRecord record = openRunFile(path).run(run).value();
            QCOMPARE(record.events, std::uint64_t{300'000});
            QCOMPARE(record.attempt, static_cast<std::uint32_t>(run));
            QVERIFY(record.status == RunStatus::Finished);
        }
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    void writer_withTheFileLockedForTooLong_stopsInWords() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        auto recorder = std::move(Recorder::create(path, sampleInfo())).value();
        recorder->onEvent(eventAt(0));
        QTRY_COMPARE_WITH_TIMEOUT(recorder->summary().savedEvents, std::uint64_t{1}, 3000);
        Database other = std::move(Database::open(path, DatabaseAccess::ReadWrite)).value();
        {
            const Transaction lock(other, TransactionKind::Write);
            QVERIFY(other.ok());
            recorder->onEvent(eventAt(1));
            QTRY_VERIFY_WITH_TIMEOUT(recorder->failure().has_value(), 15'000);
        }
        QVERIFY(mentions(recorder->failure()->text(), "locked for more than five seconds"));
        QVERIFY(!recorder->finish(sampleOutcome()).ok());
        expectPrefix(path, 1);
        QCOMPARE(openRunFile(path).run(1)->events, std::uint64_t{1});
    }
};

int main(int argc, char** argv) {
    TestRecordRobustness test;
    return mainWithParts(test, parts, argc, argv);
}

#include "tst_record_robustness.moc"
