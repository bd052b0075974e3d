#pragma once

#include "fragscope/base/rng.h"
#include "fragscope/record/database/database.h"
#include "fragscope/record/run/recorder.h"
#include "fragscope/record/run/run_file.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

/// Builders of the record tests.
namespace fragscope {

/// Event number `seq` of an endless run of random events: every field is filled, one time in eight
/// with an extreme value. The same for every caller.
inline Event eventAt(std::uint64_t seq) {
    Rng rng(seq * 77 + 5);
    const auto word = [&] {
        return rng.below(8) == 0 ? ~rng.below(3) : rng.next() >> rng.below(64);
    };
    Event event;
    event.seq = seq;
    event.timeCycles = seq * 7 + rng.below(7);
    do {
        event.kind = static_cast<EventKind>(rng.below(eventKindCount));
    } while (event.kind == EventKind::PageImage);
    event.rule = static_cast<Rule>(rng.below(static_cast<std::uint64_t>(Rule::Count)));
    event.line = static_cast<std::uint16_t>(word());
    event.cpu = static_cast<std::uint8_t>(word());
    event.size = static_cast<std::uint8_t>(word());
    event.task = static_cast<std::uint32_t>(word());
    event.object = static_cast<std::uint32_t>(word());
    event.vaddr = word();
    event.paddr = word();
    event.value = word();
    event.a = word();
    event.b = word();
    return event;
}

inline std::vector<Event> eventsUpTo(std::uint64_t count) {
    std::vector<Event> events;
    events.reserve(count);
    for (std::uint64_t seq = 0; seq < count; ++seq) {
        events.push_back(eventAt(seq));
    }
    return events;
}

/// Events have no padding, so equal bytes are equal fields.
inline bool equal(const Event& a, const Event& b) {
    return std::memcmp(&a, &b, sizeof(Event)) == 0;
}

/// Index of the first difference, or -1; lists of different length differ at the end of the
/// shorter.
inline qint64 firstDifference(const std::vector<Event>& a, const std::vector<Event>& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (!equal(a[i], b[i])) {
            return static_cast<qint64>(i);
        }
    }
    return a.size() == b.size() ? -1 : static_cast<qint64>(std::min(a.size(), b.size()));
}

inline RunInfo sampleInfo(std::uint64_t seed = 7) {
    RunInfo info;
    info.name = "entry E, \"repaired\"";
    info.scenarioName = "entry-e";
    info.scenarioText = "format = 1\n# Grüße\n";
    info.configText = R"({"memory":"8 MiB"})";
    info.seed = seed;
    info.behaviourVersion = 3;
    info.programVersion = "0.1.0";
    info.level = RecordLevel::Full;
    info.parameters = {{"transfer_block", "64 KiB"}, {"note", "a,b"}};
    return info;
}

/// Two metrics of three do not change from sample to sample.
inline MetricSample sampleAt(std::uint64_t seq) {
    MetricSample sample;
    sample.seq = seq;
    sample.timeCycles = seq * 1000;
    for (std::size_t i = 0; i < metricCount; ++i) {
        sample.values[i] = (i % 3 == 0 ? seq * 100 : 100) + i;
    }
    return sample;
}

inline RunOutcome sampleOutcome() {
    RunOutcome outcome;
    outcome.steps = 4711;
    outcome.series = {sampleAt(1), sampleAt(2), sampleAt(5)};
    outcome.finals = sampleAt(9);
    outcome.pauses = {{16, 17, 3}, {1024, 1088, 5}};
    outcome.streamHash = 0xfedcba9876543210;
    outcome.stateHash = 0x0123456789abcdef;
    return outcome;
}

inline bool equal(const std::vector<HistogramBucket>& a, const std::vector<HistogramBucket>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.fromCycles == y.fromCycles && x.belowCycles == y.belowCycles && x.waits == y.waits;
    });
}

/// A folder that goes away with the test, and names in it.
class Folder {
public:
    [[nodiscard]] std::string file(const std::string& name) const {
        return folder_.filePath(QString::fromStdString(name)).toStdString();
    }

    [[nodiscard]] std::string path() const { return folder_.path().toStdString(); }

    /// Names of all files in it, sorted.
    [[nodiscard]] QStringList names() const {
        return QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden, QDir::Name);
    }

private:
    QTemporaryDir folder_;
};

inline std::string bytesOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

inline void writeBytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Records the events and the sample outcome as a finished run; its number.
inline std::int64_t
recordRun(const std::string& path, const RunInfo& info, const std::vector<Event>& events) {
    auto recorder = Recorder::create(path, info);
    if (!recorder) {
        qFatal("%s", recorder.error().text().c_str());
    }
    for (const Event& event : events) {
        recorder.value()->onEvent(event);
    }
    auto summary = recorder.value()->finish(sampleOutcome());
    if (!summary) {
        qFatal("%s", summary.error().text().c_str());
    }
    return summary->run;
}

/// Opens a file that must be readable.
inline RunFile openRunFile(const std::string& path) {
    Expected<RunFile> file = RunFile::open(path);
    if (!file) {
        qFatal("%s", file.error().text().c_str());
    }
    return std::move(file).value();
}

/// Changes a file behind the back of the code under test.
inline void tamper(const std::string& path, const std::string& sql) {
    Database database = std::move(Database::open(path, DatabaseAccess::ReadWrite)).value();
    database.run(sql);
    if (!database.ok()) {
        qFatal("%s", database.failure()->text().c_str());
    }
}

inline std::int64_t numberIn(const std::string& path, const std::string& sql) {
    Database database = std::move(Database::open(path, DatabaseAccess::ReadOnly)).value();
    const std::int64_t number = database.number(sql);
    if (!database.ok()) {
        qFatal("%s", database.failure()->text().c_str());
    }
    return number;
}

inline std::string textIn(const std::string& path, const std::string& sql) {
    Database database = std::move(Database::open(path, DatabaseAccess::ReadOnly)).value();
    Statement statement = database.prepare(sql);
    const bool found = statement.step();
    if (!database.ok()) {
        qFatal("%s", database.failure()->text().c_str());
    }
    return found ? statement.text(0) : "(no row)";
}

} // namespace fragscope

namespace QTest {

template <> inline char* toString(const std::string& text) {
    return qstrdup(text.c_str());
}

} // namespace QTest
