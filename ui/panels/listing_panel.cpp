#include "fragscope/ui/panels/listing_panel.h"

#include "fragscope/ui/panels/listing_view.h"
#include "fragscope/ui/panels/locals_strip.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/widgets/text.h"

#include <QVBoxLayout>

#include <algorithm>

namespace fragscope {

ListingPanel::ListingPanel(Look& look, const QString& emptyText, QWidget* parent)
    : QWidget(parent), look_(look), view_(new ListingView(look)), locals_(new LocalsStrip(look)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(view_, 1);
    column->addWidget(locals_);
    view_->setEmptyText(emptyText);
}

void ListingPanel::show(const CallView* call, const Listing* listing, TaskStatus status) {
    if (call == nullptr || listing == nullptr) {
        view_->show(nullptr, 0, LineMark::None);
        locals_->show({});
        return;
    }
    LineMark mark = LineMark::Running;
    if (status != TaskStatus::Ready) {
        mark = status == TaskStatus::Waiting ? LineMark::Waiting : LineMark::None;
    }
    view_->show(listing, call->line, mark);
    std::vector<LocalsStrip::Local> locals;
    const std::size_t count = std::min(listing->locals.size(), call->locals.size());
    for (std::size_t i = 0; i < count; ++i) {
        locals.push_back({qt(listing->locals[i]), localText(call->locals[i])});
    }
    locals_->show(std::move(locals));
}

void ListingPanel::resizeEvent(QResizeEvent*) {
    locals_->setMostRows(height() < look_.scaled(110) ? 1 : 2); // lines of the listing come first
}

} // namespace fragscope
