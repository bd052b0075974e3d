#pragma once

#include "fragscope/ui/panels/event_classes.h"
#include "fragscope/view/event_log.h"
#include "fragscope/view/explain.h"

#include <QAbstractTableModel>

#include <cstdint>
#include <vector>

namespace fragscope {

/// The events before the cursor, newest first, of one class of kinds. Rows are found once: as the
/// run goes on only new events are looked at, and when the cursor moves only the number of rows
/// changes.
class EventModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column : std::uint8_t { Seq, Time, Cpu, What, Why, ColumnCount };

    static constexpr int seqRole = Qt::UserRole; ///< the seq of the row's event (quint64)

    explicit EventModel(QObject* parent = nullptr);

    /// Shows the events of `log` before `cursor`. `runNumber` tells one run from another.
    void show(const EventLog& log, std::uint64_t cursor, std::uint64_t runNumber);

    void setNames(const Names& names) { names_ = names; }

    void setClass(EventClass eventClass);

    [[nodiscard]] EventClass eventClass() const { return class_; }

    [[nodiscard]] std::uint64_t seqOf(int row) const;

    /// Rows of the whole log, before and after the cursor.
    [[nodiscard]] std::uint64_t knownRows() const { return seqs_.size(); }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant
    headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void findRows();
    void showRows(std::uint64_t rows);
    [[nodiscard]] std::uint64_t rowsBefore(std::uint64_t cursor) const;
    [[nodiscard]] QString textOf(const Event& event, int column) const;

    EventLog log_;
    Names names_;
    EventClass class_ = EventClass::Important;
    KindSet kinds_;
    std::uint64_t runNumber_ = 0;
    std::uint64_t cursor_ = 0;
    std::uint64_t scanned_ = 0;       ///< events before this seq are in seqs_, if they belong there
    std::vector<std::uint64_t> seqs_; ///< ascending
    std::uint64_t rows_ = 0;          ///< shown: the first rows_ of seqs_, in reverse
};

} // namespace fragscope
