#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace fragscope {

class Look;

/// One line of a plot by its style, its colour or both.
struct PlotKeyItem {
    QString name;
    Qt::PenStyle line = Qt::SolidLine;
    std::optional<QColor> colour; ///< nothing = that of text: only the style matters
};

/// What the lines of a plot mean, in one row below it.
class PlotKey : public QWidget {
    Q_OBJECT

public:
    PlotKey(Look& look, std::vector<PlotKeyItem> items, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

    [[nodiscard]] QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Look& look_;
    std::vector<PlotKeyItem> items_;
};

} // namespace fragscope
