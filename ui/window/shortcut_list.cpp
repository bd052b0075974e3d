#include "fragscope/ui/window/shortcut_list.h"

#include "fragscope/ui/theme/look.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace fragscope {

QString plainText(QString menuText) {
    menuText.remove(QLatin1Char('&'));
    menuText.remove(QStringLiteral("..."));
    return menuText;
}

ShortcutList::ShortcutList(Look& look, const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    auto* table = new QWidget;
    auto* grid = new QGridLayout(table);
    grid->setHorizontalSpacing(look.scaled(18));
    int row = 0;
    for (const QAction* action : actions) {
        if (action->shortcuts().isEmpty()) {
            continue;
        }
        auto* keys =
            new QLabel(QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText)
                           .replace(QStringLiteral("; "), QStringLiteral("   ")));
        keys->setFont(look.codeFont());
        grid->addWidget(keys, row, 0);
        grid->addWidget(new QLabel(plainText(action->text())), row, 1);
        ++row;
    }
    grid->setColumnStretch(1, 1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(table);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->addWidget(scroll, 1);
    column->addWidget(buttons);
    resize(look.scaled(520), look.scaled(620));
}

} // namespace fragscope
