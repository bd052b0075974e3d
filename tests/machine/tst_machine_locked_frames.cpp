// What the lessons on locked segments do to memory: frames that are locked are written by the
// device only, whatever a compaction does about them.
#include <QTest>

#include "machine/support/shipped.h"
#include "support/sample_runs.h"
#include <map>

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// Follows the locks of a run and notes who writes to locked frames.
class LockedFrames {
public:
    void apply(const Event& event) {
        switch (event.kind) {
        case EventKind::TaskStarted:
            if (event.value == static_cast<std::uint64_t>(ListingId::DmaDevice)) {
                device_ = event.task;
            }
            break;
        case EventKind::SegmentLocked:
            lock(event);
            break;
        case EventKind::PhysStore:
        case EventKind::Store:
            write(event, event.paddr, event.size);
            break;
        case EventKind::PhysFill:
            write(event, event.paddr, event.a);
            break;
        case EventKind::PhysCopy:
            write(event, event.paddr, event.b);
            break;
        default:
            break;
        }
    }

    std::uint64_t byDevice = 0; ///< stores
    std::uint64_t byOthers = 0;
    std::uint64_t locks = 0;

private:
    void lock(const Event& event) {
        if (event.value == 0) {
            locked_.erase(event.paddr);
        } else {
            locked_[event.paddr] = event.a * pageBytes;
            ++locks;
        }
    }

    void write(const Event& event, std::uint64_t at, std::uint64_t length) {
        for (const auto& [start, bytes] : locked_) {
            if (at < start + bytes && at + length > start) {
                ++(event.task == device_ ? byDevice : byOthers);
            }
        }
    }

    std::map<std::uint64_t, std::uint64_t> locked_; ///< bytes by address
    std::uint32_t device_ = ~0U;
};

} // namespace

class MachineLockedFrames : public QObject {
    Q_OBJECT

private slots:

    void writtenByTheDeviceOnly_data() {
        QTest::addColumn<bool>("device");
        QTest::newRow("locked-above") << false;
        QTest::newRow("locked-below") << false;
        QTest::newRow("locked-wait") << true;
        QTest::newRow("locked-wait-above") << true;
        QTest::newRow("locked-wait-fail") << true;
        QTest::newRow("locked-zone") << true;
    }

    void writtenByTheDeviceOnly() {
        QFETCH(bool, device);
        const QString name = QString("/segments/%1.toml").arg(QTest::currentDataTag());
        LockedFrames frames;
        bool found = false;
        for (const QString& path : shippedScenarios()) {
            if (!path.endsWith(name)) {
                continue;
            }
            found = true;
            SampleRun run(shippedConfig(path), RecordLevel::Full);
            run.finish();
            for (const Event& event : run.log) {
                frames.apply(event);
            }
        }
        QVERIFY(found);
        QVERIFY(frames.locks > 0);
        QCOMPARE(frames.byOthers, 0ULL);
        QCOMPARE(frames.byDevice, device ? mib(1).value / wordBytes : 0ULL);
    }
};

QTEST_GUILESS_MAIN(MachineLockedFrames)
#include "tst_machine_locked_frames.moc"
