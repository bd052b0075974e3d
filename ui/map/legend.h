#pragma once

#include "fragscope/ui/theme/cell_look.h"

#include <QWidget>

#include <cstdint>
#include <functional>
#include <vector>

namespace fragscope {

class Look;

/// What one kind of cell is called and looks like.
struct LegendItem {
    QString name;
    std::function<CellLook(const Theme&)> look;
    bool outlined = false; ///< it looks like empty ground
};

/// All classes of frames, and all states of pages (as bytes of a StateTable), in the order of their
/// numbers.
std::vector<LegendItem> frameLegend();
std::vector<LegendItem> pageLegend();

/// What the colours of a map mean; only kinds that have occurred are listed, in rows as wide as
/// there is room.
class Legend : public QWidget {
    Q_OBJECT

public:
    /// At most 64 items; those of `always` are listed from the beginning (a bit each).
    Legend(Look& look,
           std::vector<LegendItem> items,
           std::uint64_t always,
           QWidget* parent = nullptr);

    /// Adds kinds, a bit each, to those listed.
    void add(std::uint64_t kinds);
    void clear();

    [[nodiscard]] std::uint64_t kinds() const { return kinds_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Place {
        std::size_t item;
        QRect rect; ///< key and text
    };

    void layOut();
    [[nodiscard]] std::vector<Place> placesFor(int width) const;
    [[nodiscard]] int rowHeight() const;

    Look& look_;
    std::vector<LegendItem> items_;
    std::uint64_t always_;
    std::uint64_t kinds_ = 0;
};

} // namespace fragscope
