#include "fragscope/ui/panels/inspector.h"

#include "fragscope/ui/panels/bit_ruler.h"

#include <QVBoxLayout>

namespace fragscope {

Inspector::Inspector(Look& look, QWidget* parent)
    : QWidget(parent), ruler_(new BitRuler(look)), list_(new FactList(look)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(ruler_);
    column->addWidget(list_, 1);
    list_->setAccessibleName(tr("Facts about the selected page"));
}

void Inspector::show(std::optional<std::uint64_t> entry,
                     std::vector<Fact> facts,
                     const std::optional<PageEntry>& spilled) {
    ruler_->setVisible(entry.has_value()); // the facts need the room
    ruler_->show(entry, spilled);
    list_->show(std::move(facts));
}

} // namespace fragscope
