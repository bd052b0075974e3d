#include "fragscope/ui/window/main_window.h"

#include <QApplication>

#include "gui/options.h"
#include "gui/screenshot.h"
#include "gui/window_hooks.h"
#include <cstdio>

namespace {

using namespace fragscope;

QtMessageHandler usualHandler = nullptr;

/// Without a display Qt says for every window that it cannot tell its sizes to a window manager.
void handleMessage(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (!message.contains(QLatin1String("propagateSizeHints"))) {
        usualHandler(type, context, message);
    }
}

int told(const Error& error) {
    std::fprintf(stderr, "fragscope: %s\n", error.text().c_str());
    return static_cast<int>(error.code);
}

int showWindow(const Options& options) {
    const auto opener = std::make_shared<RunOpener>();
    RunFactory factory;
    if (!options.input.isEmpty()) {
        Expected<RunFactory> opened = opener->open(options.input.toStdString());
        if (!opened) {
            return told(opened.error());
        }
        factory = std::move(opened).value();
    }
    const bool picture = options.takesPicture();
    MainWindow window(windowHooks(opener), picture ? Remember::No : Remember::Yes);
    window.resize(options.size);
    if (options.theme) {
        window.look().setTheme(*options.theme);
    }
    if (factory) {
        window.openRun(std::move(factory));
    }
    if (picture) {
        window.look().setTextPoints(MainWindow::textPointsFor(options.size.width()));
        const Expected<Done> taken = takeScreenshot(window, options);
        return taken ? 0 : told(taken.error());
    }
    window.show();
    if (options.step) {
        window.engine().seekStep(*options.step);
    }
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    QStringList arguments;
    for (int i = 1; i < argc; ++i) {
        arguments << QString::fromLocal8Bit(argv[i]);
    }
    const Expected<ParsedOptions> parsed = parseOptions(arguments);
    if (!parsed) {
        std::fprintf(stderr, "fragscope: %s\nTry fragscope --help.\n",
                     parsed.error().reason.c_str());
        return static_cast<int>(parsed.error().code);
    }
    if (parsed->early == EarlyExit::Help) {
        std::fputs(qPrintable(helpText()), stdout);
        return 0;
    }
    if (parsed->early == EarlyExit::Version) {
        std::printf("fragscope %s\n", programVersion().c_str());
        return 0;
    }
    // A picture needs no display.
    if (parsed->options.takesPicture() && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    usualHandler = qInstallMessageHandler(handleMessage);
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("fragscope"));
    QApplication::setApplicationName(QStringLiteral("fragscope"));
    return showWindow(parsed->options);
}
