#pragma once

#include <QFrame>

class QLabel;

namespace fragscope {

class Look;

/// A message across the window that stays until it is closed: what could not be done and why.
class MessageBar : public QFrame {
    Q_OBJECT

public:
    explicit MessageBar(Look& look, QWidget* parent = nullptr);

    void tell(const QString& message);

    [[nodiscard]] QString message() const;

private:
    void applyLook();

    Look& look_;
    QLabel* text_;
};

} // namespace fragscope
