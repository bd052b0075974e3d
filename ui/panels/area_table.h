#pragma once

#include "fragscope/ui/panels/area_model.h"

#include <QTableView>

#include <optional>

namespace fragscope {

class Look;

/// The array of areas of the chosen process as a table. A click or the arrow keys select an area.
class AreaTable : public QTableView {
    Q_OBJECT

public:
    explicit AreaTable(Look& look, QWidget* parent = nullptr);

    void show(std::vector<AreaView> areas, const SegmentBooksRef& books);

    [[nodiscard]] const AreaModel& areas() const { return *model_; }

    /// Marks the area that covers an address, without selecting it anew.
    void setSelected(std::optional<std::uint64_t> vaddr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void areaSelected(quint64 vaddr);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    void layOutColumns();

    Look& look_;
    AreaModel* model_;
    std::optional<std::uint64_t> selected_;
    bool telling_ = true; ///< false while the table itself is being told
};

} // namespace fragscope
