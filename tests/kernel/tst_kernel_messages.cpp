// Segments sent from one process to another: who maps them when, what is copied, what is refused.
#include <QTest>

#include "kernel/support/segment_machine.h"

using namespace fragscope;
using namespace fragscope::test;

namespace {

SegmentMemorySettings top(MessageWay way = MessageWay::Remap) {
    SegmentMemorySettings settings;
    settings.heap.placement = SegmentPlacement::Top;
    settings.messages.way = way;
    return settings;
}

std::uint64_t entries(const SegmentMachine& bench, Rule why) {
    const auto all = bench.all(EventKind::PteStore);
    return static_cast<std::uint64_t>(
        std::count_if(all.begin(), all.end(), [why](const Event& e) { return e.rule == why; }));
}

std::uint64_t bytesCopied(const SegmentMachine& bench) {
    std::uint64_t bytes = 0;
    for (const Event& event : bench.all(EventKind::MessageCopied)) {
        bytes += event.value;
    }
    return bytes;
}

} // namespace

class KernelMessages : public QObject {
    Q_OBJECT

private slots:

    void remap_framesChangeHandsAndOnlyTheHeaderIsCopied() {
        SegmentMachine bench(top(), mib(10), {}, 2);
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess(VirtAddr(0x20000000));
        const SegmentCall data = bench.allocate(sender, 256);
        const VirtAddr last = data.at + ByteCount(255 * pageBytes + 8);
        QVERIFY(bench.write(sender, last, 77));
        const FrameNumber base = bench.segment(data.segment).base;
        bench.log.clear();
        QVERIFY(bench.send(sender, data.at, receiver, 128).sent);
        QCOMPARE(entries(bench, Rule::MessageUnmapped), 256ULL);
        QCOMPARE(bench.segment(data.segment).state, SegmentState::InTransit);
        QCOMPARE(bench.segment(data.segment).owner, receiver.number);
        QCOMPARE(sender.map.lookUp(data.at).has_value() &&
                     sender.map.lookUp(data.at)->kind == EntryKind::Block,
                 false);
        QCOMPARE(bench.issue(), std::string());
        const ReceiveCall got = bench.receive(receiver);
        QCOMPARE(got.segment, data.segment);
        QCOMPARE(got.sender, sender.number);
        QCOMPARE(got.headerBytes, 128U);
        QCOMPARE(got.header[15], 0x100fULL);
        QCOMPARE(entries(bench, Rule::MessageMapped), 256ULL);
        QCOMPARE(bytesCopied(bench), 128ULL);
        QCOMPARE(bench.segment(data.segment).base, base);
        QCOMPARE(bench.read(receiver, got.at + ByteCount(255 * pageBytes + 8)), 77ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    void remap_theSendersNextAccessFaults() {
        SegmentMachine bench(top());
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall data = bench.allocate(sender, 4);
        QVERIFY(bench.write(sender, data.at, 1));
        bench.send(sender, data.at, receiver, 0);
        QVERIFY(!bench.write(sender, data.at, 2));
        QCOMPARE(sender.state, ProcessState::Killed);
        const ReceiveCall got = bench.receive(receiver);
        QCOMPARE(bench.read(receiver, got.at), 1ULL);
    }

    /// What the shootdown is for.
    void withoutTheShootdown_theSenderWritesIntoTheMessage() {
        SegmentMemorySettings settings = top();
        settings.messages.shootdown = SendShootdown::Never;
        SegmentMachine bench(settings);
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall data = bench.allocate(sender, 4);
        QVERIFY(bench.write(sender, data.at, 1)); // its CPU has the translation now
        bench.send(sender, data.at, receiver, 0);
        QVERIFY(bench.write(sender, data.at, 2));
        const ReceiveCall got = bench.receive(receiver);
        QCOMPARE(bench.read(receiver, got.at), 2ULL);
    }

    void copy_theReceiverGetsItsOwnAndTheSenderKeepsIts() {
        SegmentMachine bench(top(MessageWay::Copy), mib(10));
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall data = bench.allocate(sender, 256);
        QVERIFY(bench.write(sender, data.at + ByteCount(8), 5));
        bench.log.clear();
        QVERIFY(bench.send(sender, data.at, receiver, 128).sent);
        QVERIFY(bench.write(sender, data.at + ByteCount(8), 6));
        const ReceiveCall got = bench.receive(receiver);
        QVERIFY(got.segment != data.segment);
        QCOMPARE(bytesCopied(bench), 1'048'704ULL);
        QCOMPARE(entries(bench, Rule::MessageUnmapped), 0ULL);
        QCOMPARE(entries(bench, Rule::MessageMapped), 256ULL);
        QCOMPARE(bench.read(receiver, got.at + ByteCount(8)), 5ULL);
        QCOMPARE(bench.read(sender, data.at + ByteCount(8)), 6ULL);
        QCOMPARE(bench.issue(), std::string());
    }

    void aLargeSegment_isMappedWithLargePagesAgain() {
        SegmentMemorySettings settings = top();
        settings.heap.alignAbove = PageCount(511);
        settings.heap.alignment = PageCount(512);
        SegmentMachine bench(settings, mib(16));
        Process& sender = bench.makeProcess(VirtAddr(0x10000000));
        Process& receiver = bench.makeProcess(VirtAddr(0x20000000));
        const SegmentCall data = bench.allocate(sender, 1024);
        bench.log.clear();
        bench.send(sender, data.at, receiver, 8);
        const ReceiveCall got = bench.receive(receiver);
        QVERIFY(Pte{receiver.tables.leaf(pageOf(got.at))}.large());
        QCOMPARE(entries(bench, Rule::MessageMapped), 2ULL);
    }

    void aReceiver_waitsForAMessageAndGetsTheOldest() {
        SegmentMachine bench(top());
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        ReceiveCall got;
        bench.spawn(0, receiveSegment(bench.kernel, receiver, got));
        bench.run();
        QCOMPARE(got.segment, SegmentId(0));
        const SegmentCall first = bench.allocate(sender, 3);
        const SegmentCall second = bench.allocate(sender, 5);
        bench.send(sender, first.at, receiver, 16);
        bench.send(sender, second.at, receiver, 16);
        QCOMPARE(got.segment, first.segment);
        QCOMPARE(bench.receive(receiver).segment, second.segment);
        QVERIFY(!bench.kernel.segments()->messages().hasFor(receiver.number));
    }

    void booksOfMessages_areReadFromEmulatedMemory() {
        SegmentMachine bench(top());
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall data = bench.allocate(sender, 3);
        bench.send(sender, data.at, receiver, 24);
        const MachineBytes bytes(bench.memory);
        const auto root = decodeRoot(bytes);
        const auto messages = decodeMessages(SegmentBytes(bytes, root->segmentBooks));
        QCOMPARE(messages.size(), std::size_t(1));
        QCOMPARE(messages[0].segment, data.segment);
        QCOMPARE(messages[0].sender, sender.number);
        QCOMPARE(messages[0].receiver, receiver.number);
        QCOMPARE(messages[0].headerBytes, 24U);
        QCOMPARE(messages[0].header[2], 0x1002ULL);
    }

    void aReceiverThatEnds_givesBackWhatIsOnItsWay() {
        SegmentMachine bench(top());
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall data = bench.allocate(sender, 30);
        const auto free = [&] { return bench.kernel.segments()->heap().table().freeFrames(0); };
        bench.send(sender, data.at, receiver, 8);
        const PageCount before = free();
        bench.kernel.end(receiver, ProcessState::Exited);
        QVERIFY(receiver.reaped);
        QCOMPARE(free().value, before.value + 30);
        QVERIFY(!bench.kernel.segments()->messages().hasFor(receiver.number));
        QCOMPARE(bench.issue(), std::string());
        const SegmentCall other = bench.allocate(sender, 2);
        QVERIFY(!bench.send(sender, other.at, receiver, 8).sent);
        QCOMPARE(bench.all(EventKind::MessageRefused).back().rule, Rule::ReceiverEnded);
    }

    void refusals_leaveEverythingAsItWas() {
        SegmentMemorySettings settings = top();
        settings.messages.places = 1;
        SegmentMachine bench(settings);
        Process& sender = bench.makeProcess();
        Process& receiver = bench.makeProcess();
        const SegmentCall first = bench.allocate(sender, 3);
        const SegmentCall second = bench.allocate(sender, 3);
        bench.lock(sender, first.at);
        QVERIFY(!bench.send(sender, first.at, receiver, 8).sent);
        QCOMPARE(bench.all(EventKind::MessageRefused).back().rule, Rule::SegmentIsLocked);
        QVERIFY(!bench.send(sender, first.at + ByteCount(pageBytes), receiver, 8).sent);
        QCOMPARE(bench.all(EventKind::MessageRefused).back().rule, Rule::NoSegment);
        QVERIFY(bench.send(sender, second.at, receiver, 8).sent);
        bench.unlock(sender, first.at);
        QVERIFY(!bench.send(sender, first.at, receiver, 8).sent);
        QCOMPARE(bench.all(EventKind::MessageRefused).back().rule, Rule::MessagesFull);
        QCOMPARE(bench.segment(first.segment).owner, sender.number);
        QCOMPARE(bench.issue(), std::string());
    }

    void locks_areCountedAndKeepASegmentFromBeingFreed() {
        SegmentMachine bench(top());
        Process& process = bench.makeProcess();
        const SegmentCall data = bench.allocate(process, 3);
        QCOMPARE(bench.lock(process, data.at), data.segment);
        QCOMPARE(bench.lock(process, data.at), data.segment);
        QCOMPARE(bench.segment(data.segment).locks, std::uint16_t(2));
        bench.unlock(process, data.at);
        bench.release(process, data.at);
        QCOMPARE(bench.all(EventKind::SegmentFreeRefused).back().rule, Rule::SegmentIsLocked);
        bench.unlock(process, data.at);
        QCOMPARE(bench.unlock(process, data.at), SegmentId(0));
        QCOMPARE(bench.all(EventKind::SegmentLockRefused).back().rule, Rule::NotLocked);
        bench.release(process, data.at);
        QCOMPARE(bench.segment(data.segment).state, SegmentState::Free);
    }

    void withALockZone_onlyLockableSegmentsLieThere() {
        SegmentMemorySettings settings = top();
        settings.heap.lockZone = mib(1);
        SegmentMachine bench(settings);
        Process& process = bench.makeProcess();
        SegmentCall buffer{.frames = PageCount(16)};
        buffer.lockable = true;
        bench.spawn(0, allocateSegment(bench.kernel, process, buffer));
        bench.run();
        const SegmentCall other = bench.allocate(process, 16);
        QCOMPARE(bench.segment(buffer.segment).base.value, 2048ULL - 256);
        QVERIFY(bench.segment(other.segment).base.value < 2048ULL - 256);
        QCOMPARE(bench.lock(process, other.at), SegmentId(0));
        QCOMPARE(bench.all(EventKind::SegmentLockRefused).back().rule, Rule::NotLockable);
        QCOMPARE(bench.lock(process, buffer.at), buffer.segment);
        SegmentCall much{.frames = PageCount(300)};
        much.lockable = true;
        bench.spawn(0, allocateSegment(bench.kernel, process, much));
        bench.run();
        QCOMPARE(much.segment, SegmentId(0)); // though the other zone has room
    }

    void aTransfer_locksItsBufferAndWritesItByPhysicalAddress() {
        SegmentMachine bench(top(), mib(8), {}, 2);
        Process& process = bench.makeProcess();
        const SegmentCall buffer = bench.allocate(process, 4);
        bench.spawn(1, runDevice(bench.kernel));
        TransferCall call{.at = buffer.at, .length = ByteCount(3 * pageBytes + 16)};
        bench.spawn(0, startTransfer(bench.kernel, process, call));
        while (!call.begun) {
            bench.run(1);
        }
        QCOMPARE(bench.segment(buffer.segment).locks, std::uint16_t(1));
        QCOMPARE(bench.unlock(process, buffer.at), SegmentId(0)); // it is the driver's
        bench.run();
        QCOMPARE(bench.segment(buffer.segment).locks, std::uint16_t(0));
        QCOMPARE(bench.all(EventKind::DeviceWrote).size(), std::size_t(4));
        QCOMPARE(bench.read(process, buffer.at + ByteCount(3 * pageBytes + 8)),
                 DmaDevice::wordOf(1, 3 * wordsPerPage + 1));
        QCOMPARE(bench.read(process, buffer.at + ByteCount(3 * pageBytes + 16)), 0ULL);
        const Event done = bench.all(EventKind::TransferDone).back();
        QVERIFY(done.b >= 4 * bench.cost.deviceBurst);
    }

    void aProcessThatEnds_endsItsTransfer() {
        SegmentMachine bench(top(), mib(8), {}, 2);
        Process& process = bench.makeProcess();
        const SegmentCall buffer = bench.allocate(process, 64);
        bench.spawn(1, runDevice(bench.kernel));
        TransferCall call{.at = buffer.at, .length = ByteCount(64 * pageBytes)};
        bench.spawn(0, startTransfer(bench.kernel, process, call));
        while (bench.all(EventKind::DeviceWrote).size() < 3) {
            bench.run(1);
        }
        bench.kernel.end(process, ProcessState::Exited);
        bench.run();
        QCOMPARE(bench.all(EventKind::DeviceWrote).size(), std::size_t(3));
        QCOMPARE(bench.all(EventKind::TransferDone).back().rule, Rule::EndOfProcess);
        QCOMPARE(bench.kernel.segments()->heap().table().freeFrames(0).value, 1536ULL);
    }
};

QTEST_GUILESS_MAIN(KernelMessages)
#include "tst_kernel_messages.moc"
