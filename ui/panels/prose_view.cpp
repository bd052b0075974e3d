#include "fragscope/ui/panels/prose_view.h"

#include "fragscope/ui/theme/look.h"

#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>

namespace fragscope {

ProseView::ProseView(Look& look, int margin, QWidget* parent)
    : QTextBrowser(parent), look_(look), margin_(margin) {
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setTabChangesFocus(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(&look_, &Look::changed, this, &ProseView::render);
    render();
}

void ProseView::show(const QString& text, const QString& aside) {
    if (text != text_ || aside != aside_) {
        text_ = text;
        aside_ = aside;
        setAccessibleDescription(text + QLatin1Char(' ') + aside);
        render();
    }
}

void ProseView::render() {
    document()->setDefaultFont(look_.textFont());
    document()->setDocumentMargin(look_.scaled(margin_));
    setMarkdown(text_);
    if (!aside_.isEmpty()) {
        QTextCursor end(document());
        end.movePosition(QTextCursor::End);
        QTextCharFormat dim;
        dim.setForeground(look_.theme().dimText);
        if (!text_.isEmpty()) {
            end.insertBlock();
        }
        end.insertText(aside_, dim);
    }
    QTextCursor all(document());
    all.select(QTextCursor::Document);
    QTextBlockFormat spacing;
    spacing.setLineHeight(112, QTextBlockFormat::ProportionalHeight);
    all.mergeBlockFormat(spacing);
}

void ProseView::paintEvent(QPaintEvent* event) {
    QTextBrowser::paintEvent(event);
    if (verticalScrollBar()->value() == verticalScrollBar()->maximum()) {
        return;
    }
    // There is more below: the last line fades.
    QColor clear = look_.theme().card;
    clear.setAlpha(0);
    const int depth = QFontMetrics(look_.textFont()).lineSpacing();
    const QRect fade(0, viewport()->height() - depth, viewport()->width(), depth);
    QLinearGradient gradient(fade.topLeft(), fade.bottomLeft());
    gradient.setColorAt(0, clear);
    gradient.setColorAt(0.8, look_.theme().card);
    QPainter(viewport()).fillRect(fade, gradient);
}

QSize ProseView::sizeHint() const {
    const int line = QFontMetrics(look_.textFont()).lineSpacing();
    return {look_.scaled(300), 5 * line + look_.scaled(16)};
}

QSize ProseView::minimumSizeHint() const {
    const int line = QFontMetrics(look_.textFont()).lineSpacing();
    return {look_.scaled(180), 2 * line + look_.scaled(14)};
}

} // namespace fragscope
