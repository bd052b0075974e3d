#include "fragscope/ui/theme/cell_look.h"
#include "fragscope/ui/theme/look.h"
#include "fragscope/ui/theme/style_sheet.h"
#include "fragscope/ui/theme/theme.h"

#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QTest>

#include <set>

using namespace fragscope;

class TestTheme : public QObject {
    Q_OBJECT

private slots:

    void contrastRatio_knownColours_isThatOfWcag() {
        QVERIFY(qAbs(contrastRatio(Qt::black, Qt::white) - 21.0) < 0.01);
        QVERIFY(qAbs(contrastRatio(Qt::white, QColor(0x76, 0x76, 0x76)) - 4.54) < 0.01);
        QVERIFY(qAbs(contrastRatio(Qt::red, Qt::red) - 1.0) < 0.001);
    }

    void texts_onTheirSurfaces_areReadable_data() { themeRows(); }

    void texts_onTheirSurfaces_areReadable() {
        QFETCH(int, name);
        const Theme& theme = themeOf(static_cast<ThemeName>(name));
        constexpr double least = 4.5;
        for (const QColor& surface : {theme.card, theme.field, theme.window}) {
            QVERIFY(contrastRatio(theme.text, surface) >= least);
            QVERIFY2(contrastRatio(theme.dimText, surface) >= least,
                     qPrintable(QString::number(contrastRatio(theme.dimText, surface))));
        }
        for (const QColor& colour : {theme.good, theme.bad, theme.alert, theme.accent}) {
            QVERIFY2(contrastRatio(colour, theme.card) >= least, qPrintable(colour.name()));
        }
        QVERIFY(contrastRatio(theme.onAccent, theme.accent) >= least);
        QVERIFY(contrastRatio(theme.text, theme.accentSoft) >= least);
        QVERIFY(contrastRatio(theme.text, theme.alertSoft) >= least);
    }

    void letters_onEveryCell_areReadable_data() { themeRows(); }

    void letters_onEveryCell_areReadable() {
        QFETCH(int, name);
        const Theme& theme = themeOf(static_cast<ThemeName>(name));
        for (std::size_t i = 0; i < frameClassCount; ++i) {
            const QColor fill = lookOf(static_cast<FrameClass>(i), theme).fill;
            QVERIFY2(contrastRatio(readableOn(fill), fill) >= 4.5, qPrintable(fill.name()));
        }
        for (const CellLook& look : pageLooks(theme)) {
            QVERIFY2(contrastRatio(readableOn(look.fill), look.fill) >= 4.5,
                     qPrintable(look.fill.name()));
        }
    }

    void cells_withoutColour_differ_data() { themeRows(); }

    /// In grey print every class but the two kinds of neutral ground still differs: by lightness,
    /// pattern or letter.
    void cells_withoutColour_differ() {
        QFETCH(int, name);
        const Theme& theme = themeOf(static_cast<ThemeName>(name));
        std::vector<CellLook> looks;
        for (std::size_t i = 0; i < frameClassCount; ++i) {
            looks.push_back(lookOf(static_cast<FrameClass>(i), theme));
        }
        allDiffer(looks);
        allDiffer(pageLooks(theme));
    }

    void pageStates_haveLetters_andTheColoursOfTheirFrames() {
        const Theme& theme = themeOf(ThemeName::Dark);
        for (const CellLook& look : pageLooks(theme)) {
            QVERIFY(look.letter != 0 && look.letterAlways);
        }
        const auto look = [&](PageState state, Presence presence) {
            return lookOf(state, presence, theme);
        };
        QVERIFY(look(PageState::FileBacked, Presence::Present).pattern !=
                look(PageState::FileBacked, Presence::Absent).pattern);
        QCOMPARE(look(PageState::Allocated, Presence::Present).fill,
                 lookOf(FrameClass::OwnPage, theme).fill);
        QCOMPARE(look(PageState::CopyOnWrite, Presence::Present).fill,
                 lookOf(FrameClass::CopyOnWrite, theme).fill);
        QCOMPARE(look(PageState::FileBacked, Presence::Present).fill,
                 lookOf(FrameClass::FilePage, theme).fill);
    }

    void styleSheet_everyTheme_hasNoOpenPlaces_data() { themeRows(); }

    void styleSheet_everyTheme_hasNoOpenPlaces() {
        QFETCH(int, name);
        const Look look(static_cast<ThemeName>(name), 12);
        const QString sheet = styleSheetOf(look.theme(), look);
        QVERIFY(!sheet.contains(QLatin1Char('@')));
        QVERIFY(!sheet.contains(QRegularExpression(QStringLiteral("#\\d+px"))));
        QVERIFY(sheet.contains(look.theme().accent.name()));
    }

    void look_textSize_staysWithinLimits() {
        Look look;
        look.setTextPoints(100);
        QCOMPARE(look.textPoints(), Look::largestText);
        look.setTextPoints(1);
        QCOMPARE(look.textPoints(), Look::smallestText);
        look.setTextPoints(20);
        QCOMPARE(look.scaled(10), 20);
    }

private:
    /// Each state, and file-backed and shared pages also without a frame.
    static std::vector<CellLook> pageLooks(const Theme& theme) {
        std::vector<CellLook> looks;
        for (std::size_t i = 0; i < pageStateCount; ++i) {
            looks.push_back(lookOf(static_cast<PageState>(i), Presence::Present, theme));
        }
        looks.push_back(lookOf(PageState::FileBacked, Presence::Absent, theme));
        looks.push_back(lookOf(PageState::Shared, Presence::Absent, theme));
        return looks;
    }

    static void allDiffer(const std::vector<CellLook>& looks) {
        std::vector<QImage> pictures;
        for (const CellLook& look : looks) {
            QImage picture(16, 16, QImage::Format_RGB32);
            QPainter painter(&picture);
            paintCell(painter, picture.rect(), look, Letters::Everywhere);
            painter.end();
            pictures.push_back(picture.convertToFormat(QImage::Format_Grayscale8));
        }
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            for (std::size_t j = i + 1; j < pictures.size(); ++j) {
                int different = 0;
                for (int y = 0; y < 16; ++y) {
                    for (int x = 0; x < 16; ++x) {
                        different += qAbs(qGray(pictures[i].pixel(x, y)) -
                                          qGray(pictures[j].pixel(x, y))) > 24;
                    }
                }
                QVERIFY2(different >= 8, qPrintable(QStringLiteral("%1 and %2").arg(i).arg(j)));
            }
        }
    }

    static void themeRows() {
        QTest::addColumn<int>("name");
        for (const ThemeName name : allThemes) {
            QTest::newRow(qPrintable(textOf(name))) << static_cast<int>(name);
        }
    }
};

QTEST_MAIN(TestTheme)
#include "tst_ui_theme.moc"
