#pragma once

#include <QString>
#include <QTextBrowser>

namespace fragscope {

class Look;

/// Sentences: a lesson's text, the reason of an event. Scrolls when there is no room, never cuts.
class ProseView : public QTextBrowser {
    Q_OBJECT

public:
    /// `margin` in pixels at 10 points.
    explicit ProseView(Look& look, int margin = 10, QWidget* parent = nullptr);

    /// Markdown; `aside` follows in dim letters.
    void show(const QString& text, const QString& aside = {});

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void render();

    Look& look_;
    int margin_;
    QString text_;
    QString aside_;
};

} // namespace fragscope
