#include "fragscope/ui/theme/style_sheet.h"

#include "fragscope/ui/theme/look.h"

namespace fragscope {

namespace {

// Colours are named @like-this and lengths #N (pixels at 10 points).
constexpr const char* sheet = R"(
QMainWindow, QDialog { background: @window; }
QMenuBar { background: @card; border: none; padding: #1px #4px; }
QMenuBar::item { padding: #4px #9px; border-radius: #4px; background: transparent; }
QMenuBar::item:selected { background: @accentSoft; }
QMenu { background: @card; border: 1px solid @border; padding: #4px; }
QMenu::item { padding: #5px #24px #5px #22px; border-radius: #4px; }
QMenu::item:selected { background: @accentSoft; color: @text; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @border; margin: #4px #8px; }
QToolTip { background: @card; color: @text; border: 1px solid @border; padding: #3px; }
QPushButton, QToolButton#transport {
  background: @field; color: @text; border: 1px solid @border; border-radius: #5px;
  padding: #5px #11px; }
QPushButton:hover, QToolButton#transport:hover { border-color: @accent; }
QPushButton:focus, QToolButton#transport:focus { border: 2px solid @accent; padding: #4px #10px; }
QPushButton:pressed, QToolButton#transport:pressed { background: @accentSoft; }
QPushButton:disabled, QToolButton#transport:disabled { color: @disabled; }
QPushButton[primary="true"], QToolButton#transport[primary="true"] {
  background: @accent; color: @onAccent; border: 1px solid @accent; font-weight: bold; }
QPushButton[primary="true"]:focus, QToolButton#transport[primary="true"]:focus {
  border: 2px solid @text; }
QComboBox { background: @field; color: @text; border: 1px solid @border; border-radius: #4px;
  padding: #1px #6px; }
QComboBox:focus { border: 1px solid @accent; }
QComboBox::drop-down { border: none; width: #16px; }
QComboBox::down-arrow { image: none; width: 0; height: 0; border-left: #4px solid transparent;
  border-right: #4px solid transparent; border-top: #5px solid @dimText; margin-right: #5px; }
QComboBox QAbstractItemView { background: @card; border: 1px solid @border;
  selection-background-color: @accentSoft; selection-color: @text; }
QSlider::groove:horizontal { height: #4px; background: @border; border-radius: #2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: #2px; }
QSlider::handle:horizontal { background: @accent; border: 2px solid @card; width: #12px;
  margin: -#6px 0; border-radius: #8px; }
QSlider:focus { border: 1px solid @accent; border-radius: #4px; }
QTableView { background: @card; border: none; gridline-color: transparent;
  selection-background-color: @accentSoft; selection-color: @text; }
QTableView:focus { border: 1px solid @accent; }
QHeaderView { background: @card; border: none; }
QHeaderView::section { background: @card; color: @dimText; border: none;
  border-bottom: 1px solid @border; padding: #2px #4px; }
QTextBrowser, QScrollArea, QPlainTextEdit { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: #10px; margin: 0; }
QScrollBar::handle:vertical { background: @border; border-radius: #3px; min-height: #24px;
  margin: #2px; }
QScrollBar::handle:vertical:hover { background: @dimText; }
QScrollBar:horizontal { background: transparent; height: #10px; margin: 0; }
QScrollBar::handle:horizontal { background: @border; border-radius: #3px; min-width: #24px;
  margin: #2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: @accentSoft; }
QProgressBar { background: @field; border: 1px solid @border; border-radius: #4px; text-align: center;
  color: @text; }
QProgressBar::chunk { background: @accentSoft; border-radius: #3px; }
)";

QString withColours(QString text, const Theme& theme) {
    const QColor disabled = mixed(theme.card, theme.text, 0.45);
    // Longer names first, so that "accentSoft" is not read as "accent".
    text.replace(QLatin1String("@accentSoft"), theme.accentSoft.name());
    text.replace(QLatin1String("@onAccent"), theme.onAccent.name());
    text.replace(QLatin1String("@disabled"), disabled.name());
    text.replace(QLatin1String("@dimText"), theme.dimText.name());
    text.replace(QLatin1String("@window"), theme.window.name());
    text.replace(QLatin1String("@accent"), theme.accent.name());
    text.replace(QLatin1String("@border"), theme.border.name());
    text.replace(QLatin1String("@field"), theme.field.name());
    text.replace(QLatin1String("@card"), theme.card.name());
    text.replace(QLatin1String("@text"), theme.text.name());
    return text;
}

QString withLengths(const QString& text, const Look& look) {
    QString result;
    qsizetype i = 0;
    while (i < text.size()) {
        qsizetype digits = i + 1;
        while (digits < text.size() && text.at(digits).isDigit()) {
            ++digits;
        }
        const bool length = text.at(i) == QLatin1Char('#') && digits > i + 1 &&
                            text.mid(digits, 2) == QLatin1String("px");
        if (length) {
            result += QString::number(look.scaled(text.mid(i + 1, digits - i - 1).toInt()));
            i = digits;
        } else {
            result += text.at(i++);
        }
    }
    return result;
}

} // namespace

QString styleSheetOf(const Theme& theme, const Look& look) {
    // Lengths first: colours bring their own '#'.
    return withColours(withLengths(QString::fromLatin1(sheet), look), theme);
}

} // namespace fragscope
