#pragma once

#include <QWidget>

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

private:
    void applyLook();

    Look& look_;
    QLabel* banner_;
    ProseView* text_;
    QLabel* question_;
};

} // namespace fragscope
