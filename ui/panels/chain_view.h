#pragma once

#include <QWidget>

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

class Look;

/// A link of a chain: what is written on it, and what a click on it is about.
struct ChainLink {
    QString text;
    std::uint64_t id = 0;
    bool filled = false; ///< stands out
};

/// A row: its name, what is to be said of the whole, and its first links.
struct ChainRow {
    QString name;
    QString note;
    std::vector<ChainLink> links;
    bool wrong = false; ///< the note is about something broken
    bool arrows = true; ///< each link leads to the next
};

/// Rows of linked boxes: the lists of frames, the slots of the swap device. As many links as fit
/// are shown. A click, or the arrow keys and Enter, choose one.
class ChainView : public QWidget {
    Q_OBJECT

public:
    explicit ChainView(Look& look, QWidget* parent = nullptr);

    void show(std::vector<ChainRow> rows);

    [[nodiscard]] const std::vector<ChainRow>& rows() const { return rows_; }

    /// Where a link is painted; empty if it does not fit.
    [[nodiscard]] QRect rectOf(std::size_t row, std::size_t link) const;

    [[nodiscard]] int rowHeight() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(quint64 id);
    void rowEntered(QRect row); ///< by a key

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void choose(std::size_t row, std::size_t link);
    void paintRow(QPainter& painter, std::size_t row) const;
    [[nodiscard]] int linksLeft() const; ///< where the links begin

    Look& look_;
    std::vector<ChainRow> rows_;
    std::size_t row_ = 0; ///< of the keyboard
    std::size_t link_ = 0;
};

} // namespace fragscope
