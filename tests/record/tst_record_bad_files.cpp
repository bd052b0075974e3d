#include "fragscope/record/database/schema.h"
#include "fragscope/record/run/run_source.h"

#include "record/record_support.h"
#include <sys/stat.h>

using namespace fragscope;

namespace {

/// Text of the error of opening for reading and for recording; both must refuse.
struct Refusal {
    Error reading;
    Error recording;
};

Refusal refusalOf(const std::string& path) {
    auto file = RunFile::open(path);
    auto recorder = Recorder::create(path, sampleInfo());
    if (file || recorder) {
        qFatal("%s was not refused", path.c_str());
    }
    return {file.error(), recorder.error()};
}

bool mentions(const Error& error, const std::string& words) {
    return error.text().find(words) != std::string::npos;
}

/// Flips one bit of the value of column `column` of the event `seq` in the file's bytes, as a bad
/// disk would: the row stays a valid row of SQLite.
void flipStoredBit(const std::string& path, std::uint64_t marker) {
    std::string bytes = bytesOf(path);
    std::string needle;
    for (int shift = 56; shift >= 0; shift -= 8) {
        needle += static_cast<char>((marker >> shift) & 0xff);
    }
    const std::size_t at = bytes.find(needle);
    if (at == std::string::npos || bytes.find(needle, at + 1) != std::string::npos) {
        qFatal("the marker is not in the file exactly once");
    }
    bytes[at + 5] = static_cast<char>(bytes[at + 5] ^ 4);
    writeBytes(path, bytes);
}

} // namespace

/// Files that are not run files, or not any more: each has a sentence of its own, and none is
/// touched.
class TestRecordBadFiles : public QObject {
    Q_OBJECT

private slots:

    void open_foreignFile_isRefusedAndNotTouched_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        QByteArray noise;
        Rng rng(42);
        for (int i = 0; i < 20'000; ++i) {
            noise.append(static_cast<char>(rng.next()));
        }
        QTest::newRow("empty") << QByteArray() << "the file is empty";
        QTest::newRow("random bytes") << noise << "not a database at all";
        QTest::newRow("text") << QByteArray("seq,kind\r\n1,load\r\n") << "not a database at all";
        QTest::newRow("short") << QByteArray("SQLite format 3") << "not a database at all";
        QTest::newRow("header only")
            << QByteArray("SQLite format 3\0", 16) << "not a Fragscope run file";
    }

    void open_foreignFile_isRefusedAndNotTouched() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, sentence);
        const Folder folder;
        const std::string path = folder.file("r.db");
        writeBytes(path, bytes.toStdString());
        const Refusal refusal = refusalOf(path);
        QVERIFY2(mentions(refusal.reading, sentence.toStdString()), refusal.reading.text().c_str());
        QVERIFY2(mentions(refusal.recording, sentence.toStdString()),
                 refusal.recording.text().c_str());
        QVERIFY(refusal.reading.code == ExitCode::BadInput);
        QVERIFY(refusal.recording.code == ExitCode::BadInput);
        QVERIFY(mentions(refusal.recording, path));
        QCOMPARE(bytesOf(path), bytes.toStdString());
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }

    void open_databaseOfAnotherApplication_isRefusedAndNotTouched() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        {
            Database other = std::move(Database::open(path, DatabaseAccess::Create)).value();
            other.run("CREATE TABLE event (id INTEGER); INSERT INTO event VALUES (1)");
            QVERIFY(other.ok());
        }
        const std::string before = bytesOf(path);
        const Refusal refusal = refusalOf(path);
        QVERIFY(mentions(refusal.reading, "but not a Fragscope run file"));
        QVERIFY(mentions(refusal.recording, "but not a Fragscope run file"));
        QCOMPARE(bytesOf(path), before);
    }

    void open_newerFormat_isRefusedNamingBothVersions() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(10));
        tamper(path, "PRAGMA user_version = 9");
        const std::string before = bytesOf(path);
        const Refusal refusal = refusalOf(path);
        QVERIFY(mentions(refusal.reading, "format 9, this program understands 1"));
        QVERIFY(mentions(refusal.recording, "format 9, this program understands 1"));
        QCOMPARE(bytesOf(path), before);
    }

    void open_truncatedRunFile_isRefusedAndNotTouched_data() {
        QTest::addColumn<double>("kept");
        QTest::newRow("nearly nothing") << 0.02;
        QTest::newRow("half") << 0.5;
        QTest::newRow("all but a little") << 0.999;
    }

    void open_truncatedRunFile_isRefusedAndNotTouched() {
        QFETCH(double, kept);
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(10'000));
        const std::string whole = bytesOf(path);
        const std::string part =
            whole.substr(0, static_cast<std::size_t>(kept * double(whole.size())));
        writeBytes(path, part);
        const Refusal refusal = refusalOf(path);
        QVERIFY(mentions(refusal.reading, "truncated"));
        QVERIFY(mentions(refusal.recording, "truncated"));
        QCOMPARE(bytesOf(path), part);
    }

    void open_missingFile_saysSoForReading() {
        const Folder folder;
        const auto file = RunFile::open(folder.file("none.db"));
        QVERIFY(!file.ok());
        QVERIFY(mentions(file.error(), "no such run file"));
        QVERIFY(file.error().code == ExitCode::BadInput);
        QCOMPARE(folder.names(), QStringList{});
    }

    void open_folderOrDevice_isRefused() {
        const Folder folder;
        QVERIFY(mentions(refusalOf(folder.path()).recording, "this is a folder"));
        QVERIFY(mentions(refusalOf("/dev/null").recording, "not an ordinary file"));
    }

    void record_whereNoFileCanBe_isRefusedBySystem() {
        const Folder folder;
        writeBytes(folder.file("text"), "x");
        for (const std::string& path : {folder.file("no/such/folder.db"), folder.file("text/r.db"),
                                        std::string("/proc/r.db")}) {
            const auto recorder = Recorder::create(path, sampleInfo());
            QVERIFY(!recorder.ok());
            QVERIFY2(mentions(recorder.error(), "no such folder, or no permission"),
                     recorder.error().text().c_str());
            QVERIFY(recorder.error().code == ExitCode::SystemRefused);
            QVERIFY(mentions(recorder.error(), path + ":"));
        }
        QCOMPARE(folder.names(), QStringList{"text"});
    }

    void open_pathWithStrangeCharacters_works() {
        const Folder folder;
        const std::string path = folder.file("a?b %20 #5 ü&mode=rw.db");
        recordRun(path, sampleInfo(), eventsUpTo(10));
        QCOMPARE(openRunFile(path).run(1)->events, std::uint64_t{10});
        QCOMPARE(folder.names().size(), 1);
    }

    void event_bitFlippedOnDisk_isFoundByTheBlocksHash() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        constexpr std::uint64_t marker = 0x1122334455667788;
        std::vector<Event> events = eventsUpTo(9000);
        events[5000].value = marker;
        recordRun(path, sampleInfo(), events);
        flipStoredBit(path, marker);
        QCOMPARE(textIn(path, "PRAGMA integrity_check"), std::string("ok")); // SQLite cannot see it

        RunFile file = openRunFile(path);
        QVERIFY(file.events(1, {5000, 5001}, 1)->front().value != marker);
        const auto verified = file.verify(1);
        QVERIFY(!verified.ok());
        QVERIFY2(mentions(verified.error(), "from seq 4096 on"), verified.error().text().c_str());
        QVERIFY(verified.error().code == ExitCode::BadInput);
        QVERIFY(file.loadBlock(1, 0).ok());
        QVERIFY(!file.loadBlock(1, 4096).ok());
        QVERIFY(file.loadBlock(1, 8192).ok());
    }

    void event_changedBehindOurBack_isFound_data() {
        QTest::addColumn<QString>("sql");
        QTest::newRow("field") << "UPDATE event SET a = a + 1 WHERE seq = 100";
        QTest::newRow("deleted") << "DELETE FROM event WHERE seq = 8500";
        QTest::newRow("last deleted") << "DELETE FROM event WHERE seq = 8999";
        QTest::newRow("moved") << "UPDATE event SET seq = 20000 WHERE seq = 8999";
        QTest::newRow("added at the end")
            << "INSERT INTO event SELECT run_id, 9000, time_cycles, kind, cpu, task, line, rule, "
               "object,"
               " vaddr, paddr, value, a, b, size FROM event WHERE seq = 0";
        QTest::newRow("too wide") << "UPDATE event SET cpu = cpu + 256 WHERE seq = 100";
        QTest::newRow("text") << "UPDATE event SET value = 'x' WHERE seq = 8999";
        QTest::newRow("block removed") << "DELETE FROM event_block WHERE seq0 = 4096";
        QTest::newRow("first block removed") << "DELETE FROM event_block WHERE seq0 = 0";
        QTest::newRow("count") << "UPDATE run SET n_events = 8998";
        QTest::newRow("hash") << "UPDATE event_block SET chain_hash = 'x' WHERE seq0 = 0";
    }

    void event_changedBehindOurBack_isFound() {
        QFETCH(QString, sql);
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(9000));
        QVERIFY(openRunFile(path).verify(1).ok());
        tamper(path, sql.toStdString());
        const auto verified = openRunFile(path).verify(1);
        QVERIFY(!verified.ok());
        QVERIFY2(mentions(verified.error(), "damaged"), verified.error().text().c_str());
    }

    void page_damaged_isReportedInWords() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(9000));
        std::string bytes = bytesOf(path);
        for (std::size_t page = 40; page < bytes.size() / 4096; ++page) {
            bytes.replace(page * 4096, 64, std::string(64, '\x77'));
        }
        writeBytes(path, bytes);
        const auto verified = openRunFile(path).verify(1);
        QVERIFY(!verified.ok());
        QVERIFY2(mentions(verified.error(), "damaged"), verified.error().text().c_str());
        QVERIFY(verified.error().code == ExitCode::BadInput);
    }

    void reading_afterAnError_goesOn() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(9000));
        tamper(path, "DROP VIEW v_run");
        RunFile file = openRunFile(path);
        QVERIFY(!file.runs().ok());
        QVERIFY(file.events(1, {}, 10).ok());
    }

    /// A file may come from anywhere; opening it must not change it, its time stamp or its folder.
    void reading_aFile_leavesNoTrace() {
        const Folder folder;
        const std::string path = folder.file("r.db");
        recordRun(path, sampleInfo(), eventsUpTo(9000));
        const std::string before = bytesOf(path);

        struct stat statBefore {};

        QCOMPARE(::stat(path.c_str(), &statBefore), 0);
        {
            RunFile file = openRunFile(path);
            QVERIFY(file.verify(1).ok());
            QVERIFY(file.series(1).ok());
        }

        struct stat statAfter {};

        QCOMPARE(::stat(path.c_str(), &statAfter), 0);
        QCOMPARE(statAfter.st_mtim.tv_nsec, statBefore.st_mtim.tv_nsec);
        QCOMPARE(bytesOf(path), before);
        QCOMPARE(folder.names(), QStringList{"r.db"});
    }
};

QTEST_GUILESS_MAIN(TestRecordBadFiles)
#include "tst_record_bad_files.moc"
