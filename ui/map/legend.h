#pragma once

#include "fragscope/ui/theme/cell_look.h"

#include <QWidget>

#include <bitset>
#include <vector>

namespace fragscope {

class Look;

/// What the colours of the map mean; only kinds that have occurred are listed, in rows as wide as
/// there is room.
class Legend : public QWidget {
    Q_OBJECT

public:
    explicit Legend(Look& look, QWidget* parent = nullptr);

    /// Adds kinds to those listed.
    void add(const std::bitset<frameClassCount>& kinds);
    void clear();

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Item {
        FrameClass kind;
        QRect rect; ///< key and text
    };

    void layOut();
    [[nodiscard]] std::vector<Item> itemsFor(int width) const;
    [[nodiscard]] int rowHeight() const;

    Look& look_;
    std::bitset<frameClassCount> kinds_;
};

} // namespace fragscope
