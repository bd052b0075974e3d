#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace fragscope {

class Look;

/// The local variables of a listing: "block = 7   v = 0x12359000", in at most so many rows;
/// nothing at all when there are none.
class LocalsStrip : public QWidget {
    Q_OBJECT

public:
    struct Local {
        QString name;
        QString value;
        friend bool operator==(const Local&, const Local&) = default;
    };

    explicit LocalsStrip(Look& look, QWidget* parent = nullptr);

    void show(std::vector<Local> locals);
    void setMostRows(int rows);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Places of the variables, row by row; those beyond the last row are left out.
    [[nodiscard]] std::vector<QRect> places() const;
    void layOut();

    Look& look_;
    std::vector<Local> locals_;
    int mostRows_ = 2;
};

/// A value as people read it: small numbers in decimal, addresses in hexadecimal.
QString localText(std::uint64_t value);

} // namespace fragscope
