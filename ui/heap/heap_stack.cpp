#include "fragscope/ui/heap/heap_stack.h"

#include "fragscope/ui/heap/heap_look.h"
#include "fragscope/ui/theme/look.h"

#include <QVBoxLayout>

#include <algorithm>

namespace fragscope {

HeapStack::HeapStack(Look& look, FrameClock& clock, QWidget* parent)
    : QWidget(parent), look_(look), clock_(clock), layout_(new QVBoxLayout(this)),
      legend_(new Legend(look, heapLegend(), 1U << static_cast<unsigned>(HeapPart::Used))) {
    layout_->setContentsMargins(0, look_.scaled(2), 0, 0);
    layout_->setSpacing(look_.scaled(2));
    layout_->addWidget(legend_);
    legend_->setAccessibleName(tr("Legend of the parts of heaps"));
}

void HeapStack::setCount(std::size_t bars) {
    while (bars_.size() > bars) {
        delete bars_.back();
        bars_.pop_back();
    }
    const bool more = bars_.size() < bars;
    while (bars_.size() < bars) {
        auto* bar = new HeapBar(look_, clock_);
        connect(bar, &HeapBar::blockChosen, this, &HeapStack::blockChosen);
        layout_->insertWidget(static_cast<int>(bars_.size()), bar, 1);
        bar->setVisible(true);
        bars_.push_back(bar);
    }
    if (more) {
        layout_->activate(); // what they show depends on their size
    }
}

void HeapStack::noteParts() {
    std::uint64_t seen = 0;
    for (const HeapBar* bar : bars_) {
        for (const HeapPiece& piece : bar->pieces()) {
            seen |= 1ULL << static_cast<unsigned>(piece.part);
        }
    }
    legend_->add(seen);
}

void HeapStack::clear() {
    legend_->clear();
    setCount(0);
}

bool HeapStack::animated() const {
    return std::any_of(bars_.begin(), bars_.end(),
                       [](const HeapBar* bar) { return bar->animated(); });
}

} // namespace fragscope
