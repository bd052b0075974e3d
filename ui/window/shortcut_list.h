#pragma once

#include <QAction>
#include <QDialog>
#include <QList>

namespace fragscope {

class Look;

/// All keys of the window with what they do.
class ShortcutList : public QDialog {
    Q_OBJECT

public:
    ShortcutList(Look& look, const QList<QAction*>& actions, QWidget* parent = nullptr);
};

/// A text without the ampersands that mark menu keys.
QString plainText(QString menuText);

} // namespace fragscope
