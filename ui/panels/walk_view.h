#pragma once

#include <QString>
#include <QWidget>

#include <cstdint>
#include <vector>

namespace fragscope {

class Look;

/// One table reference of a page walk, as it is shown.
struct WalkRow {
    enum class Kind : std::uint8_t { Table, Offset };

    enum class State : std::uint8_t {
        Passed,    ///< leads on to the next table
        Leaf,      ///< leads to the page
        Place,     ///< the offset: where the address leads
        Failed,    ///< the walk ends here
        NotReached ///< an earlier level failed or mapped a large page
    };

    Kind kind = Kind::Table;
    QString table;           ///< "PML4", "offset"
    std::uint64_t index = 0; ///< the field of the address
    std::uint64_t entry = 0;
    std::uint64_t entryPaddr = 0; ///< of the entry, or (Place) of the address
    State state = State::NotReached;
    QString reason; ///< when failed
};

/// A page walk from the first table down to the offset: field of the address, arrow, entry with its
/// flags. The level that fails is framed.
class WalkView : public QWidget {
    Q_OBJECT

public:
    explicit WalkView(Look& look, QWidget* parent = nullptr);

    /// `summary` is a sentence on the outcome.
    void show(std::vector<WalkRow> rows, const QString& summary);

    [[nodiscard]] const std::vector<WalkRow>& rows() const { return rows_; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] QRect rowRect(std::size_t index) const;
    void paintRow(QPainter& painter, const WalkRow& row, const QRect& rect) const;
    [[nodiscard]] QString entryText(const WalkRow& row) const;
    [[nodiscard]] QString tipOf(const WalkRow& row) const;

    Look& look_;
    std::vector<WalkRow> rows_;
    QString summary_;
};

} // namespace fragscope
