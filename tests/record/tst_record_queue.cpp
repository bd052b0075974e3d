#include "fragscope/record/run/event_queue.h"

#include <QtTest>

#include <thread>

using namespace fragscope;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t capacity = 4096;

Event numbered(std::uint64_t seq) {
    Event event;
    event.seq = seq;
    event.value = ~seq;
    return event;
}

} // namespace

/// The queue between machine and writer: order, bounds, and that nobody sleeps for ever.
class TestRecordQueue : public QObject {
    Q_OBJECT

private slots:

    void events_throughASlowConsumer_arriveOnceAndInOrder() {
        constexpr std::uint64_t count = 300'000;
        EventQueue queue(capacity);
        std::thread producer([&] {
            for (std::uint64_t seq = 0; seq < count; ++seq) {
                queue.push(numbered(seq));
            }
            queue.close();
        });
        std::uint64_t next = 0;
        bool inOrder = true;
        std::size_t most = 0;
        while (!queue.ended()) {
            const std::size_t there = queue.wait(capacity / 2, 10ms);
            most = std::max(most, there);
            for (std::size_t i = 0; i < there; ++i) {
                inOrder = inOrder && queue.at(i).seq == next && queue.at(i).value == ~next;
                ++next;
            }
            queue.release(there);
            if (next % 7 == 0) {
                std::this_thread::sleep_for(100us);
            }
        }
        producer.join();
        QVERIFY(inOrder);
        QCOMPARE(next, count);
        QVERIFY(most <= capacity);
    }

    void push_intoAFullQueue_waitsForRoom() {
        EventQueue queue(capacity);
        for (std::uint64_t seq = 0; seq < capacity; ++seq) {
            QVERIFY(queue.push(numbered(seq)));
        }
        QCOMPARE(queue.waits(), std::uint64_t{0});
        std::atomic<bool> pushed{false};
        std::thread producer([&] {
            queue.push(numbered(capacity));
            pushed = true;
        });
        std::this_thread::sleep_for(50ms);
        QVERIFY(!pushed);
        queue.release(1);
        producer.join();
        QVERIFY(pushed);
        QCOMPARE(queue.waits(), std::uint64_t{1});
        QCOMPARE(queue.wait(1, 1ms), capacity);
        QCOMPARE(queue.at(0).seq, std::uint64_t{1});
        QCOMPARE(queue.at(capacity - 1).seq, std::uint64_t{capacity});
    }

    void abandon_wakesASleepingProducerAndRefusesFurtherEvents() {
        EventQueue queue(capacity);
        for (std::uint64_t seq = 0; seq < capacity; ++seq) {
            queue.push(numbered(seq));
        }
        bool accepted = true;
        std::thread producer([&] { accepted = queue.push(numbered(capacity)); });
        std::this_thread::sleep_for(20ms);
        queue.abandon();
        producer.join();
        QVERIFY(!accepted);
        QVERIFY(!queue.push(numbered(1)));
    }

    void wait_withFewEvents_comesBackAfterItsPatience() {
        EventQueue queue(capacity);
        queue.push(numbered(0));
        const auto start = std::chrono::steady_clock::now();
        QCOMPARE(queue.wait(100, 30ms), std::size_t{1});
        QVERIFY(std::chrono::steady_clock::now() - start >= 30ms);
        queue.close();
        QCOMPARE(queue.wait(100, 1h), std::size_t{1}); // closed: at once
        QVERIFY(!queue.ended());
        queue.release(1);
        QVERIFY(queue.ended());
    }
};

QTEST_GUILESS_MAIN(TestRecordQueue)
#include "tst_record_queue.moc"
