#pragma once

#include "fragscope/view/segments/area_view.h"
#include "fragscope/view/segments/segment_books.h"

#include <QAbstractTableModel>

#include <vector>

namespace fragscope {

/// The array of areas of a process, a row for each entry, in its order.
class AreaModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column : std::uint8_t { Start, Pages, What, ColumnCount };

    explicit AreaModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// `books` names the segments; may be null.
    void show(std::vector<AreaView> areas, const SegmentBooksRef& books);

    [[nodiscard]] const std::vector<AreaView>& areas() const { return areas_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant
    headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString whatText(const AreaView& area) const;

    std::vector<AreaView> areas_;
    SegmentBooksRef books_;
};

} // namespace fragscope
