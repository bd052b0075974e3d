#include "fragscope/ui/panels/area_model.h"

#include "fragscope/ui/map/virtual_map.h"
#include "fragscope/ui/widgets/text.h"

namespace fragscope {

void AreaModel::show(std::vector<AreaView> areas, const SegmentBooksRef& books) {
    if (areas == areas_ && books == books_) {
        return;
    }
    const bool sameRows = areas.size() == areas_.size() && !areas.empty();
    if (!sameRows) {
        beginResetModel();
    }
    areas_ = std::move(areas);
    books_ = books;
    if (sameRows) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    } else {
        endResetModel();
    }
}

int AreaModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(areas_.size());
}

int AreaModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QString AreaModel::whatText(const AreaView& area) const {
    switch (area.kind) {
    case EntryKind::NoAccess:
        return tr("no access: entry E");
    case EntryKind::Limit:
        return tr("limit");
    case EntryKind::Demand:
        return tr("on demand");
    case EntryKind::Free: {
        const QString list = area.list == 0 ? tr("large") : QString::number(area.list);
        return area.inList == 0
                   ? tr("free, but not in list %1").arg(list)
                   : tr("free, list %1: %2 of %3").arg(list).arg(area.inList).arg(area.listLength);
    }
    case EntryKind::Block:
        break;
    }
    if (area.pages.value == 0) {
        return tr("empty: a new place");
    }
    const Segment* run =
        books_ == nullptr || area.segment == 0 ? nullptr : books_->run(area.segment);
    return run == nullptr ? tr("block") : tr("segment %1").arg(run->birth);
}

QVariant AreaModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const AreaView& area = areas_[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole) {
        const Qt::Alignment side = index.column() == What ? Qt::AlignLeft : Qt::AlignRight;
        return QVariant(side | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    switch (index.column()) {
    case Start:
        return groupedHex(area.start.value);
    case Pages:
        return grouped(area.pages.value);
    default:
        return whatText(area);
    }
}

QVariant AreaModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole) {
        const Qt::Alignment side = section == What ? Qt::AlignLeft : Qt::AlignRight;
        return QVariant(side | Qt::AlignVCenter);
    }
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Start:
        return tr("start");
    case Pages:
        return tr("pages");
    default:
        return tr("what");
    }
}

} // namespace fragscope
