#pragma once

#include "fragscope/ui/panels/pte_bits.h"

#include <QWidget>

#include <cstdint>
#include <optional>

namespace fragscope {

class Look;

/// The bits of a page-table entry as a row of boxes, each with its name and value; set flags are
/// filled. The bits of an absent entry are those that say the state of its page.
class BitRuler : public QWidget {
    Q_OBJECT

public:
    explicit BitRuler(Look& look, QWidget* parent = nullptr);

    /// Nothing = there is no entry. `spilled`: what the side table says, if the state is there.
    void show(std::optional<std::uint64_t> entry, const std::optional<PageEntry>& spilled = {});

    [[nodiscard]] const std::vector<RulerBox>& boxes() const { return boxes_; }

    [[nodiscard]] QSize sizeHint() const override;

    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF rectOf(std::size_t box) const;
    [[nodiscard]] bool narrow() const; ///< no room for the bits that mean nothing
    [[nodiscard]] double unitsOf(std::size_t box) const;
    [[nodiscard]] double unitWidth() const;

    Look& look_;
    std::optional<std::uint64_t> entry_;
    std::optional<PageEntry> spilled_;
    std::vector<RulerBox> boxes_;
};

} // namespace fragscope
