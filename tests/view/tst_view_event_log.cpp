#include "fragscope/base/check.h"
#include "fragscope/view/event_log.h"

#include <QTest>

using namespace fragscope;

namespace {

constexpr std::uint64_t chunk = EventLog::chunkEvents;

void grow(EventLog& log, std::uint64_t until) {
    while (log.endSeq() < until) {
        Event event;
        event.seq = log.endSeq();
        event.value = event.seq * 3;
        log.append(event);
    }
}

} // namespace

class TestEventLog : public QObject {
    Q_OBJECT

private slots:
    void append_manyChunks_keepsEveryEvent();
    void append_gapInSeq_isRefused();
    void copy_originalGrows_staysAsItWas();
    void forgetBefore_insideChunk_keepsThatChunk();
    void forgetBefore_copy_keepsItsEvents();
    void at_forgottenOrFuture_isRefused();
};

void TestEventLog::append_manyChunks_keepsEveryEvent() {
    EventLog log;
    grow(log, 3 * chunk + 5);
    QCOMPARE(log.size(), 3 * chunk + 5);
    for (std::uint64_t seq = 0; seq < log.endSeq(); ++seq) {
        QCOMPARE(log.at(seq).value, seq * 3);
    }
}

void TestEventLog::append_gapInSeq_isRefused() {
    EventLog log;
    Event event;
    event.seq = 1;
    QVERIFY_EXCEPTION_THROWN(log.append(event), LogicError);
}

void TestEventLog::copy_originalGrows_staysAsItWas() {
    EventLog log;
    grow(log, 100);
    const EventLog copy = log;
    grow(log, 2 * chunk);
    QCOMPARE(copy.endSeq(), std::uint64_t{100});
    QCOMPARE(copy.at(99).value, std::uint64_t{297});
    QVERIFY(&copy.at(50) == &log.at(50)); // shared, not copied
}

void TestEventLog::forgetBefore_insideChunk_keepsThatChunk() {
    EventLog log;
    grow(log, 4 * chunk);
    log.forgetBefore(2 * chunk + 7);
    QCOMPARE(log.firstSeq(), 2 * chunk);
    QCOMPARE(log.size(), 2 * chunk);
    grow(log, 5 * chunk);
    QCOMPARE(log.at(2 * chunk).value, 6 * chunk);
    QCOMPARE(log.at(5 * chunk - 1).value, (5 * chunk - 1) * 3);
    log.forgetBefore(0);
    QCOMPARE(log.firstSeq(), 2 * chunk);
    log.forgetBefore(5 * chunk);
    QCOMPARE(log.size(), std::uint64_t{0});
    grow(log, 5 * chunk + 1);
    QCOMPARE(log.at(5 * chunk).value, 15 * chunk);
}

void TestEventLog::forgetBefore_copy_keepsItsEvents() {
    EventLog log;
    grow(log, 3 * chunk);
    const EventLog copy = log;
    log.forgetBefore(3 * chunk);
    QCOMPARE(copy.at(0).value, std::uint64_t{0});
    QCOMPARE(copy.at(chunk).value, 3 * chunk);
}

void TestEventLog::at_forgottenOrFuture_isRefused() {
    EventLog log;
    grow(log, 2 * chunk);
    log.forgetBefore(chunk);
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(log.at(chunk - 1)), LogicError);
    QVERIFY_EXCEPTION_THROWN(static_cast<void>(log.at(2 * chunk)), LogicError);
    QCOMPARE(log.at(chunk).seq, chunk);
}

QTEST_GUILESS_MAIN(TestEventLog)
#include "tst_view_event_log.moc"
