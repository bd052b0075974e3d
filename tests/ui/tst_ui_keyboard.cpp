#include "fragscope/ui/panels/lesson_panel.h"
#include "fragscope/ui/window/cards.h"
#include "fragscope/ui/window/shortcut_list.h"

#include <QAccessible>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>

#include "ui/window_fixture.h"
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// Widgets of the window that Tab can reach.
QList<QWidget*> tabStops(const QWidget& window) {
    QList<QWidget*> stops;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        const bool reachable = (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->isVisible() &&
                               widget->isEnabled() && widget->focusProxy() == nullptr;
        if (reachable) {
            stops << widget;
        }
    }
    return stops;
}

} // namespace

class TestKeyboard : public QObject {
    Q_OBJECT

private slots:

    void init() { window_ = windowWith(smallMachine()); }

    void cleanup() { window_.reset(); }

    void shortcuts_ofAllActions_areUnique() {
        std::map<QString, QString> owner;
        int keys = 0;
        for (const QAction* action : window_->findChildren<QAction*>()) {
            for (const QKeySequence& key : action->shortcuts()) {
                const QString text = key.toString();
                QVERIFY2(owner.find(text) == owner.end(),
                         qPrintable(text + QStringLiteral(": ") + owner[text] +
                                    QStringLiteral(" and ") + action->text()));
                owner[text] = action->text();
                ++keys;
            }
        }
        QVERIFY(keys > 40);
    }

    void menuKeys_ofEachMenu_areUnique() {
        for (const QMenu* menu : window_->findChildren<QMenu*>()) {
            std::set<QChar> seen;
            for (const QAction* action : menu->actions()) {
                const qsizetype mark = action->text().indexOf(QLatin1Char('&'));
                if (mark >= 0) {
                    QVERIFY2(seen.insert(action->text().at(mark + 1).toLower()).second,
                             qPrintable(action->text()));
                }
            }
        }
    }

    void everyTabStop_hasAnAccessibleName() {
        const QList<QWidget*> stops = tabStops(*window_);
        QVERIFY(stops.size() > 12);
        for (QWidget* stop : stops) {
            QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(stop);
            QVERIFY(accessible != nullptr);
            const QString name = accessible->text(QAccessible::Name);
            QVERIFY2(!name.isEmpty(), stop->metaObject()->className());
        }
    }

    void tab_reachesEveryStop_andReturns() {
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        const QList<QWidget*> stops = tabStops(*window_);
        stops.first()->setFocus();
        QWidget* first = window_->focusWidget();
        std::set<QWidget*> reached;
        for (int hop = 0; hop < 200; ++hop) {
            reached.insert(window_->focusWidget());
            QTest::keyClick(window_->focusWidget(), Qt::Key_Tab);
            if (window_->focusWidget() == first) {
                break;
            }
        }
        QCOMPARE(window_->focusWidget(), first);
        for (QWidget* stop : stops) {
            QVERIFY2(reached.count(stop) == 1,
                     qPrintable(QLatin1String(stop->metaObject()->className()) +
                                QStringLiteral(" ") + stop->accessibleName()));
        }
    }

    void stepKeys_workWhereverTheFocusIs() {
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        for (QWidget* stop : tabStops(*window_)) {
            stop->setFocus();
            const std::uint64_t before = window_->refresh()->moment->state.step;
            QTest::keyClick(window_->focusWidget(), Qt::Key_F10);
            window_->settle();
            QCOMPARE(window_->refresh()->moment->state.step, before + 1);
        }
        QTest::keyClick(window_.get(), Qt::Key_F9);
        window_->settle();
        QVERIFY(window_->refresh()->moment->state.step > 0);
    }

    void cardKeys_hideAndShowTheCards() {
        for (QAction* toggle : window_->cards().toggles()) {
            QVERIFY(!toggle->shortcut().isEmpty());
            const bool before = toggle->isChecked();
            toggle->trigger();
            QCOMPARE(toggle->isChecked(), !before);
            toggle->trigger();
        }
        QVERIFY(window_->cards().lesson->isVisible());
        window_->cards().toggles().front()->trigger();
        QVERIFY(!window_->cards().lesson->isVisible());
        window_->actions().resetLayout->trigger();
        QVERIFY(window_->cards().lesson->isVisible());
    }

    void keyList_namesEveryKey() {
        const ShortcutList list(window_->look(), window_->QWidget::actions());
        int labels = 0;
        for (const QLabel* label : list.findChildren<QLabel*>()) {
            labels += label->text().isEmpty() ? 0 : 1;
        }
        int keyed = 0;
        for (const QAction* action : window_->QWidget::actions()) {
            keyed += action->shortcuts().isEmpty() ? 0 : 1;
        }
        QVERIFY(labels >= 2 * keyed);
    }

private:
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestKeyboard)
#include "tst_ui_keyboard.moc"
