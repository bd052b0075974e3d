#pragma once

#include "fragscope/ui/heap/heap_bar.h"

#include <QWidget>

class QVBoxLayout;

namespace fragscope {

class Legend;

/// The heaps of all processes that have one, one below the other, and what their colours mean.
class HeapStack : public QWidget {
    Q_OBJECT

public:
    HeapStack(Look& look, FrameClock& clock, QWidget* parent = nullptr);

    /// So many bars, from now on.
    void setCount(std::size_t bars);

    [[nodiscard]] const std::vector<HeapBar*>& bars() const { return bars_; }

    /// Lists the parts of these bars in the legend.
    void noteParts();

    /// Begins anew: another run.
    void clear();

    [[nodiscard]] bool animated() const;

Q_SIGNALS:
    void blockChosen(quint32 process, quint64 address);

private:
    Look& look_;
    FrameClock& clock_;
    QVBoxLayout* layout_;
    Legend* legend_;
    std::vector<HeapBar*> bars_;
};

} // namespace fragscope
