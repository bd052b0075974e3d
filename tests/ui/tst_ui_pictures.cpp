#include "fragscope/event/event_kind.h"
#include "fragscope/ui/engine/kind_stop.h"
#include "fragscope/ui/widgets/card.h"
#include "fragscope/ui/window/cards.h"

#include <QDir>
#include <QRawFont>
#include <QTemporaryDir>
#include <QTest>

#include "ui/window_fixture.h"
#include <set>

using namespace fragscope;
using namespace fragscope::test;

namespace {

/// Where pictures are kept for people to look at: FRAGSCOPE_ARTEFACTS, else a folder that goes
/// away.
class Artefacts {
public:
    Artefacts() : folder_(qEnvironmentVariable("FRAGSCOPE_ARTEFACTS", temporary_.path())) {
        QDir().mkpath(folder_);
    }

    [[nodiscard]] QString path(const QString& name) const { return QDir(folder_).filePath(name); }

private:
    QTemporaryDir temporary_;
    QString folder_;
};

std::size_t coloursIn(const QImage& picture) {
    std::set<QRgb> colours;
    for (int y = 0; y < picture.height(); y += 3) {
        for (int x = 0; x < picture.width(); x += 3) {
            colours.insert(picture.pixel(x, y));
        }
    }
    return colours.size();
}

/// Half-way through the second transfer block.
void goIntoABlock(MainWindow& window) {
    KindSet copied;
    copied.set(static_cast<std::size_t>(EventKind::PageCopied));
    window.engine().forwardTo(blockKinds());
    window.engine().forwardTo(blockKinds());
    for (int page = 0; page < 5; ++page) {
        window.engine().forwardTo(copied);
    }
    window.settle();
}

} // namespace

class TestPictures : public QObject {
    Q_OBJECT

private slots:

    void font_hasTheGlyphsThatAreUsed() {
        const QRawFont font = QRawFont::fromFont(Look().textFont());
        for (const char16_t glyph : u"\u25b6\u25c0\u2016\u2192\u00b7\u25cf") {
            QVERIFY2(glyph == 0 || font.supportsCharacter(QChar(glyph)),
                     qPrintable(QString::number(glyph, 16)));
        }
    }

    void window_eachSizeAndTheme_fitsAndShowsEverything_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("theme");
        for (const QSize size : {QSize(1280, 720), QSize(1920, 1080)}) {
            for (const ThemeName theme : allThemes) {
                QTest::addRow("%dx%d-%s", size.width(), size.height(), qPrintable(textOf(theme)))
                    << size << static_cast<int>(theme);
            }
        }
    }

    void window_eachSizeAndTheme_fitsAndShowsEverything() {
        QFETCH(QSize, size);
        QFETCH(int, theme);
        const auto window = windowWith(smallMachine(), size);
        window->look().setStillPictures(true);
        window->look().setTheme(static_cast<ThemeName>(theme));
        goIntoABlock(*window);
        QCOMPARE(window->size(), size); // nothing forces it to be larger
        const QImage picture = window->grab().toImage();
        QCOMPARE(picture.size(), size);
        QVERIFY(coloursIn(picture) > 40);
        QVERIFY(picture.save(artefacts_.path(
            QStringLiteral("window-%1.png").arg(QLatin1String(QTest::currentDataTag())))));
        cardsDoNotOverlap(*window);
    }

    void manyLanes_windowStillFits() {
        const auto window = windowWith(machineOfFourThreads());
        window->look().setStillPictures(true);
        goIntoABlock(*window);
        QCOMPARE(window->size(), QSize(1280, 720));
        QVERIFY(window->grab().save(artefacts_.path(QStringLiteral("window-four-threads.png"))));
        cardsDoNotOverlap(*window);
    }

    void themes_giveDifferentPictures() {
        const auto window = windowWith(smallMachine());
        const QImage light = window->grab().toImage();
        window->look().setTheme(ThemeName::Dark);
        const QImage dark = window->grab().toImage();
        QVERIFY(light != dark);
        QVERIFY(qGray(dark.pixel(3, 200)) < 80 && qGray(light.pixel(3, 200)) > 180);
    }

    void largeText_windowStillWorks() {
        const auto window = windowWith(smallMachine(), {1920, 1080});
        window->look().setTextPoints(16);
        goIntoABlock(*window);
        const QImage picture = window->grab().toImage();
        QVERIFY(picture.save(artefacts_.path(QStringLiteral("window-large-text.png"))));
        QVERIFY(coloursIn(picture) > 40);
        cardsDoNotOverlap(*window);
    }

    void samePicture_twice_isTheSame() {
        QImage pictures[2];
        for (QImage& picture : pictures) {
            const auto window = windowWith(smallMachine());
            window->look().setStillPictures(true);
            goIntoABlock(*window);
            picture = window->grab().toImage();
        }
        QCOMPARE(pictures[0], pictures[1]);
    }

private:
    static void cardsDoNotOverlap(const MainWindow& window) {
        std::vector<std::pair<QString, QRect>> rects;
        for (const Card* card : window.findChildren<Card*>()) {
            if (card->isVisible()) {
                rects.emplace_back(card->title(),
                                   QRect(card->mapTo(&window, QPoint(0, 0)), card->size()));
            }
        }
        QVERIFY(rects.size() >= 12);
        for (std::size_t i = 0; i < rects.size(); ++i) {
            QVERIFY2(window.rect().contains(rects[i].second), qPrintable(rects[i].first));
            for (std::size_t j = i + 1; j < rects.size(); ++j) {
                QVERIFY2(!rects[i].second.intersects(rects[j].second),
                         qPrintable(rects[i].first + QStringLiteral(" and ") + rects[j].first));
            }
        }
        // Every content has at least the room that it asks for.
        for (const Card* card : window.findChildren<Card*>()) {
            const QSize needed = card->content()->minimumSizeHint();
            QVERIFY2(!card->isVisible() || card->content()->height() >= needed.height(),
                     qPrintable(card->title()));
        }
    }

    Artefacts artefacts_;
};

QTEST_MAIN(TestPictures)
#include "tst_ui_pictures.moc"
