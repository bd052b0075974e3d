#include <QTest>

#include "kernel/support/frame_bench.h"

using namespace fragscope;
using fragscope::test::FrameBench;
using fragscope::test::KernelBench;

namespace {

/// Draws actions of several processes on two CPUs, some at the same time.
class Drawn {
public:
    Drawn(FrameBench& bench, std::uint64_t seed) : bench_(bench), rng_(seed) {
        for (int i = 0; i < 3; ++i) {
            processes_.push_back(&bench.makeProcess());
        }
        bench.act(createShared(bench.kernel, "a", kib(20)));
        bench.act(createShared(bench.kernel, "b", kib(12)));
    }

    /// One or two actions, on two CPUs at once.
    void step() {
        const std::size_t first = rng_.below(processes_.size());
        spawnAction(*processes_[first], 0);
        if (rng_.below(2) == 0) {
            spawnAction(*processes_[(first + 1) % processes_.size()], 1);
        }
        bench_.run();
        if (rng_.below(20) == 0) { // one ends, another begins
            bench_.kernel.end(*processes_[first], ProcessState::Exited);
            processes_[first] = &bench_.makeProcess();
        }
    }

    void endAll() {
        for (Process* process : processes_) {
            bench_.kernel.end(*process, ProcessState::Exited);
        }
        for (const char* name : {"a", "b"}) {
            bench_.act(destroyShared(bench_.kernel, *bench_.kernel.sharedObject(name)));
        }
    }

private:
    void spawnAction(Process& process, std::uint32_t cpu) {
        Kernel& kernel = bench_.kernel;
        SharedObject& object = *kernel.sharedObject(rng_.below(2) == 0 ? "a" : "b");
        const ByteCount size = bytesOf(PageCount(1 + rng_.below(9)));
        const ByteCount offset =
            bytesOf(PageCount(rng_.below(1 + std::max<std::uint64_t>(1, process.pagedPages))));
        switch (rng_.below(4)) {
        case 0:
            bench_.spawn(cpu, attachShared(kernel, process, object));
            break;
        case 1:
            bench_.spawn(cpu, detachShared(kernel, process, object));
            break;
        case 2:
            bench_.spawn(cpu, allocatePages(kernel, process, size));
            break;
        default:
            if (!attachedWithin(process, offset, size)) {
                bench_.spawn(cpu, releasePages(kernel, process, offset, size));
            }
            break;
        }
    }

    /// Shared pages go by detach, not by release.
    [[nodiscard]] bool
    attachedWithin(const Process& process, ByteCount offset, ByteCount size) const {
        const PageNumber first = pageOf(pagedAreaStart + offset);
        for (const char* name : {"a", "b"}) {
            const SharedObject& object = *bench_.kernel.sharedObject(name);
            for (const SharedAttachment& attachment : object.attachments) {
                if (attachment.process == process.number &&
                    attachment.first < first + pagesFor(size) &&
                    first < attachment.first + PageCount(object.frames.size())) {
                    return true;
                }
            }
        }
        return false;
    }

    FrameBench& bench_;
    Rng rng_;
    std::vector<Process*> processes_;
};

} // namespace

class TestKernelFrameProperties : public QObject {
    Q_OBJECT

private slots:

    void anyActions_drawn_keepTheBooksAfterEachStep_data() {
        QTest::addColumn<FrameBooks>("books");
        QTest::addColumn<KernelPages>("kernelPages");
        QTest::newRow("array") << FrameBooks::Array << KernelPages::Table;
        QTest::newRow("list") << FrameBooks::List << KernelPages::Table;
        QTest::newRow("counter") << FrameBooks::Array << KernelPages::Counter;
    }

    void anyActions_drawn_keepTheBooksAfterEachStep() {
        QFETCH(FrameBooks, books);
        QFETCH(KernelPages, kernelPages);
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            const FrameSettings settings{
                .books = books, .kernelPages = kernelPages, .ownerNodes = 20};
            FrameBench bench(settings, 2, kib(768), {{PhysAddr(0xa0000), kib(32)}});
            const std::uint64_t before = bench.freeFrames();
            Drawn drawn(bench, seed);
            for (int i = 0; i < 40; ++i) {
                drawn.step();
                const std::string issue = bench.issue();
                QVERIFY2(issue.empty(), (std::to_string(seed) + ": " + issue).c_str());
            }
            drawn.endAll();
            QVERIFY(bench.all(EventKind::InvariantBroken).empty()); // checked after each step
            QVERIFY(!bench.all(EventKind::FramesFreed).empty());
            QCOMPARE(bench.freeFrames(), before); // nothing leaks
            QVERIFY(!bench.kernel.memory().faulted());
        }
    }

    void check_anyWordOverwritten_isFoundOrHarmless() {
        FrameBench bench;
        Process& process = bench.makeProcess();
        bench.act(allocatePages(bench.kernel, process, kib(64)));
        const KernelRoot& root = bench.kernel.plan().root;
        std::size_t found = 0;
        Rng rng(1);
        for (int i = 0; i < 200; ++i) {
            const FrameNumber frame(root.reservedFrames + rng.below(root.frameCount - 100));
            const PhysAddr links = frameEntryPlace(root, frame) + ByteCount(frame_field::links);
            const std::uint64_t old = bench.memory.load(links);
            bench.memory.store(links, rng.next());
            found += bench.issue().empty() ? 0U : 1U;
            bench.memory.store(links, old);
        }
        QCOMPARE(found, std::size_t{200}); // any stray word among the links breaks I9
        QCOMPARE(bench.issue(), std::string());
    }

    void stepBoot_free_listIsTheSameAsAtOnce() {
        const std::vector<MemorySpan> holes{{PhysAddr(0x60000), kib(64)}};
        KernelBench atOnce({}, 1, mib(2), holes);
        FrameBench stepped({.stepBoot = true}, 1, mib(2), holes);
        stepped.act(initialiseFrames(stepped.kernel));
        const MachineBytes bytes(atOnce.memory);
        const MachineBytes steppedBytes(stepped.memory);
        const KernelRoot root = atOnce.kernel.plan().root;
        for (const FrameList list : {FrameList::FreeKernel, FrameList::FreeData, FrameList::Used}) {
            QVERIFY(decodeFrameList(bytes, root, list) ==
                    decodeFrameList(steppedBytes, root, list));
        }
        QCOMPARE(stepped.issue(), std::string());
        const auto lines = stepped.linesOf(ListingId::InitialiseFrames);
        QVERIFY(lines.size() > root.frameCount);
    }
};

QTEST_GUILESS_MAIN(TestKernelFrameProperties)
#include "tst_kernel_frame_properties.moc"
