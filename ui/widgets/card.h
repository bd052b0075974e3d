#pragma once

#include <QFrame>
#include <QString>

#include <cstdint>

class QHBoxLayout;
class QLabel;

namespace fragscope {

class Look;

/// How a card begins.
enum class CardHead : std::uint8_t {
    Full,  ///< title and note over a line
    Plain, ///< title and note, lower and without a line
    None,  ///< nothing: the content speaks for itself
};

/// A surface with a title on the left, a note on the right and one content below: what all parts of
/// the window look like.
class Card : public QFrame {
    Q_OBJECT

public:
    Card(Look& look, const QString& title, QWidget* content, CardHead head = CardHead::Full);

    void setTitle(const QString& title);
    void setNote(const QString& note); ///< shortened with an ellipsis where it does not fit

    /// Puts a control (a filter, a chooser) at the right end of the head.
    void addControl(QWidget* control);

    [[nodiscard]] QString title() const { return title_; }

    [[nodiscard]] QWidget* content() const { return content_; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintHead(QPainter& painter) const;
    void applyLook();
    [[nodiscard]] int headHeight() const;

    Look& look_;
    QString title_;
    QString note_;
    CardHead style_;
    QWidget* content_;
    QWidget* head_;
    QHBoxLayout* controls_;
};

} // namespace fragscope
