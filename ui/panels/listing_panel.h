#pragma once

#include "fragscope/view/state.h"

#include <QWidget>

namespace fragscope {

class ListingView;
class LocalsStrip;
class Look;

/// One task's algorithm: its listing with the current line, and its local variables below.
class ListingPanel : public QWidget {
    Q_OBJECT

public:
    ListingPanel(Look& look, const QString& emptyText, QWidget* parent = nullptr);

    /// Shows a call of a task; nullptr for both if there is nothing to show.
    void show(const CallView* call, const Listing* listing, TaskStatus status);

    [[nodiscard]] ListingView& view() const { return *view_; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    Look& look_;
    ListingView* view_;
    LocalsStrip* locals_;
};

} // namespace fragscope
