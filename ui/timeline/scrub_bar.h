#pragma once

#include "fragscope/ui/timeline/time_scale.h"

#include <QWidget>

namespace fragscope {

class Look;

/// The whole known run as a bar: drag or click to go to a time, arrow keys to step.
class ScrubBar : public QWidget {
    Q_OBJECT

public:
    explicit ScrubBar(Look& look, QWidget* parent = nullptr);

    /// Room left of the bar, so that it lies under the lanes.
    void setInset(int left, int right);

    /// The run is known from `from` to `to`, the cursor is at `cursor`, all in cycles.
    void show(std::uint64_t from, std::uint64_t to, std::uint64_t cursor);

    [[nodiscard]] TimeScale scale() const;
    [[nodiscard]] QSize sizeHint() const override;

    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void seekWanted(quint64 timeCycles);
    void stepWanted(int by); ///< -1 or 1

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    Look& look_;
    int left_ = 0;
    int right_ = 0;
    std::uint64_t from_ = 0;
    std::uint64_t to_ = 1;
    std::uint64_t cursor_ = 0;
};

} // namespace fragscope
