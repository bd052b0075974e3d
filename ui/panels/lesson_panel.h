#pragma once

#include <QWidget>

class QFrame;
class QLabel;

namespace fragscope {

class Look;
class ProseView;

/// The lesson: its text and, framed, its question.
class LessonPanel : public QWidget {
    Q_OBJECT

public:
    explicit LessonPanel(Look& look, QWidget* parent = nullptr);

    void show(const QString& text, const QString& question, const QString& banner);

    [[nodiscard]] QSize minimumSizeHint() const override; ///< the question is always seen whole

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyLook();

    Look& look_;
    QLabel* banner_;
    ProseView* text_;
    QLabel* question_;
    QFrame* bannerFrame_;
    QFrame* questionFrame_;
};

} // namespace fragscope
