#include "fragscope/ui/panels/event_model.h"

#include "fragscope/ui/widgets/text.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Beyond this many new rows the table starts anew instead of being told of each.
constexpr std::uint64_t mostInserted = 1000;

} // namespace

EventModel::EventModel(QObject* parent) : QAbstractTableModel(parent), kinds_(kindsOf(class_)) {}

void EventModel::show(const EventLog& log, std::uint64_t cursor, std::uint64_t runNumber) {
    const bool anew = runNumber != runNumber_ || log.firstSeq() > log_.firstSeq();
    log_ = log;
    cursor_ = cursor;
    runNumber_ = runNumber;
    if (anew) {
        beginResetModel();
        seqs_.clear();
        scanned_ = 0;
        findRows();
        rows_ = rowsBefore(cursor_);
        endResetModel();
        return;
    }
    findRows();
    showRows(rowsBefore(cursor_));
}

void EventModel::setClass(EventClass eventClass) {
    beginResetModel();
    class_ = eventClass;
    kinds_ = kindsOf(eventClass);
    seqs_.clear();
    scanned_ = 0;
    findRows();
    rows_ = rowsBefore(cursor_);
    endResetModel();
}

void EventModel::findRows() {
    for (scanned_ = std::max(scanned_, log_.firstSeq()); scanned_ < log_.endSeq(); ++scanned_) {
        if (kinds_.test(static_cast<std::size_t>(log_.at(scanned_).kind))) {
            seqs_.push_back(scanned_);
        }
    }
}

std::uint64_t EventModel::rowsBefore(std::uint64_t cursor) const {
    const auto end = std::lower_bound(seqs_.begin(), seqs_.end(), cursor);
    return static_cast<std::uint64_t>(end - seqs_.begin());
}

void EventModel::showRows(std::uint64_t rows) {
    const std::uint64_t changed = rows > rows_ ? rows - rows_ : rows_ - rows;
    if (changed == 0) {
        return;
    }
    if (changed > mostInserted) {
        beginResetModel();
        rows_ = rows;
        endResetModel();
    } else if (rows > rows_) {
        beginInsertRows({}, 0, static_cast<int>(changed) - 1);
        rows_ = rows;
        endInsertRows();
    } else {
        beginRemoveRows({}, 0, static_cast<int>(changed) - 1);
        rows_ = rows;
        endRemoveRows();
    }
}

std::uint64_t EventModel::seqOf(int row) const {
    return seqs_.at(rows_ - 1 - static_cast<std::uint64_t>(row));
}

int EventModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_);
}

int EventModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int{ColumnCount};
}

QString EventModel::textOf(const Event& event, int column) const {
    switch (column) {
    case Seq:
        return grouped(event.seq);
    case Time:
        return grouped(event.timeCycles);
    case Cpu:
        return QString::number(event.cpu);
    case What:
        return qt(describe(event, names_));
    case Why:
        return qt(reasonOf(event, names_));
    default:
        return {};
    }
}

QVariant EventModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || static_cast<std::uint64_t>(index.row()) >= rows_) {
        return {};
    }
    const Event& event = log_.at(seqOf(index.row()));
    switch (role) {
    case Qt::DisplayRole:
        return textOf(event, index.column());
    case Qt::ToolTipRole: {
        const std::string_view sentence = infoOf(event.kind).sentence;
        const QString what = textOf(event, What);
        const QString why = textOf(event, Why);
        const QString kind =
            QString::fromUtf8(sentence.data(), static_cast<qsizetype>(sentence.size()));
        return why.isEmpty() ? what + QLatin1Char('\n') + kind
                             : what + QLatin1Char('\n') + why + QLatin1Char('\n') + kind;
    }
    case Qt::TextAlignmentRole:
        return index.column() < Cpu ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case seqRole:
        return static_cast<quint64>(event.seq);
    default:
        return {};
    }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Seq:
        return tr("event");
    case Time:
        return tr("cycles");
    case Cpu:
        return tr("CPU");
    case What:
        return tr("what happened");
    case Why:
        return tr("why");
    default:
        return {};
    }
}

} // namespace fragscope
