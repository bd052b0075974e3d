#pragma once

#include "fragscope/ui/panels/event_model.h"

#include <QTableView>

class QComboBox;

namespace fragscope {

class Look;

/// The event log, newest on top. Where there is room the reason has a column of its own, otherwise
/// it stands below what happened. A double click or Return goes to the moment of the event.
class EventTable : public QTableView {
    Q_OBJECT

public:
    explicit EventTable(Look& look, QWidget* parent = nullptr);

    void show(const EventLog& log, std::uint64_t cursor, std::uint64_t runNumber);

    [[nodiscard]] EventModel& events() const { return *model_; }

    /// A chooser of the class of events, for the head of the card. Owned by the caller's layout.
    QComboBox* makeFilter();

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void seekWanted(quint64 seq);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void applyLook();
    void layOutColumns();

    Look& look_;
    EventModel* model_;
};

} // namespace fragscope
