#pragma once

#include "fragscope/task/listing.h"

#include <QAbstractScrollArea>
#include <QStringList>

#include <cstdint>
#include <vector>

namespace fragscope {

class Look;

/// How the marked line of a listing stands.
enum class LineMark : std::uint8_t { None, Running, Waiting };

/// An algorithm as numbered lines; the current line is marked by a colour bar and by a glyph, and
/// kept in sight. Lines that are too long go on below, indented.
class ListingView : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit ListingView(Look& look, QWidget* parent = nullptr);

    /// Line 0 marks none. The listing must live on (listings are tables of the program); nullptr =
    /// nothing to show, then `emptyText` is.
    void show(const Listing* listing, std::uint16_t line, LineMark mark);

    void setEmptyText(const QString& text);

    [[nodiscard]] std::uint16_t line() const { return line_; }

    [[nodiscard]] const Listing* listing() const { return listing_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// A line of the listing or its continuation, as it is painted.
    struct Row {
        std::uint16_t line = 0;
        bool first = true;
        QString text;
    };

    void layOut();
    void keepInSight();
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int rowsInSight() const; ///< whole rows only
    [[nodiscard]] int gutter() const;      ///< width of number and glyph
    void paintRow(QPainter& painter, const Row& row, const QRect& rect) const;

    Look& look_;
    const Listing* listing_ = nullptr;
    std::uint16_t line_ = 0;
    LineMark mark_ = LineMark::None;
    QString emptyText_;
    std::vector<Row> rows_;
};

/// Breaks a line of code at spaces so that no part is longer than `columns`; later parts are
/// indented two deeper than the line itself.
QStringList wrappedLine(const QString& line, int columns);

} // namespace fragscope
