#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace fragscope {

/// The one clock of everything that moves in the window. A view asks what the time is and paints
/// what is there then; tests put a clock of their own in its place.
class FrameClock : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Milliseconds since some moment; never falls.
    [[nodiscard]] virtual qint64 nowMs() const = 0;

    /// Asks for ticks from now on until rest().
    virtual void wake() = 0;
    virtual void rest() = 0;

Q_SIGNALS:
    void tick();
};

/// Ticks about 60 times a second while awake.
class RealFrameClock : public FrameClock {
    Q_OBJECT

public:
    explicit RealFrameClock(QObject* parent = nullptr);

    [[nodiscard]] qint64 nowMs() const override { return elapsed_.elapsed(); }

    void wake() override;

    void rest() override { timer_.stop(); }

private:
    QElapsedTimer elapsed_;
    QTimer timer_;
};

/// Stands still until it is told otherwise.
class ManualFrameClock : public FrameClock {
    Q_OBJECT

public:
    using FrameClock::FrameClock;

    [[nodiscard]] qint64 nowMs() const override { return now_; }

    void wake() override {}

    void rest() override {}

    void advance(qint64 milliseconds) {
        now_ += milliseconds;
        Q_EMIT tick();
    }

private:
    qint64 now_ = 0;
};

} // namespace fragscope
