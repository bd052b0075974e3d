#include "gui/options.h"

#include "fragscope/base/text.h"

#include <QCommandLineParser>

namespace fragscope {

namespace {

constexpr int smallestSide = 320;
constexpr int largestSide = 7680;

Error usage(const QString& reason) {
    Error error = badInput(reason.toStdString());
    error.code = ExitCode::Usage;
    return error;
}

void declare(QCommandLineParser& parser) {
    parser.setApplicationDescription(
        QStringLiteral("Shows how memory is managed and moved under running programs."));
    parser.addPositionalArgument(QStringLiteral("input"),
                                 QStringLiteral("Scenario (*.toml) or run (FILE.db, FILE.db#N)."),
                                 QStringLiteral("[SCENARIO | RUN]"));
    parser.addOptions({
        {{QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this text.")},
        {{QStringLiteral("v"), QStringLiteral("version")}, QStringLiteral("Show the version.")},
        {QStringLiteral("screenshot"), QStringLiteral("Write a picture of the window and exit."),
         QStringLiteral("OUT.png")},
        {QStringLiteral("at"), QStringLiteral("Micro-step that is shown first."),
         QStringLiteral("STEP")},
        {QStringLiteral("size"), QStringLiteral("Size of the window (1920x1080)."),
         QStringLiteral("WxH")},
        {QStringLiteral("theme"), QStringLiteral("light, dark or contrast."),
         QStringLiteral("NAME")},
    });
}

std::optional<QSize> sizeOf(const QString& text) {
    const QStringList sides = text.toLower().split(QLatin1Char('x'));
    bool wideOk = false;
    bool highOk = false;
    const int wide = sides.value(0).toInt(&wideOk);
    const int high = sides.value(1).toInt(&highOk);
    const auto fits = [](int side) { return side >= smallestSide && side <= largestSide; };
    if (sides.size() != 2 || !wideOk || !highOk || !fits(wide) || !fits(high)) {
        return std::nullopt;
    }
    return QSize(wide, high);
}

std::optional<ThemeName> themeNamed(const QString& name) {
    for (const ThemeName theme : allThemes) {
        if (textOf(theme) == name) {
            return theme;
        }
    }
    return std::nullopt;
}

/// Reads the values of the options; nothing if all is well.
std::optional<Error> readValues(const QCommandLineParser& parser, Options& options) {
    options.screenshot = parser.value(QStringLiteral("screenshot"));
    if (parser.isSet(QStringLiteral("screenshot")) && options.screenshot.isEmpty()) {
        return usage(QStringLiteral("--screenshot wants the name of a file"));
    }
    if (parser.isSet(QStringLiteral("at"))) {
        options.step = parseUnsigned(parser.value(QStringLiteral("at")).toStdString());
        if (!options.step) {
            return usage(QStringLiteral("--at %1: a number of a micro-step is wanted")
                             .arg(parser.value(QStringLiteral("at"))));
        }
    }
    if (parser.isSet(QStringLiteral("size"))) {
        const std::optional<QSize> size = sizeOf(parser.value(QStringLiteral("size")));
        if (!size) {
            return usage(QStringLiteral("--size %1: wanted is WIDTHxHEIGHT, each %2 to %3")
                             .arg(parser.value(QStringLiteral("size")))
                             .arg(smallestSide)
                             .arg(largestSide));
        }
        options.size = *size;
    }
    if (parser.isSet(QStringLiteral("theme"))) {
        options.theme = themeNamed(parser.value(QStringLiteral("theme")));
        if (!options.theme) {
            return usage(QStringLiteral("--theme %1: light, dark or contrast is wanted")
                             .arg(parser.value(QStringLiteral("theme"))));
        }
    }
    return std::nullopt;
}

} // namespace

Expected<ParsedOptions> parseOptions(const QStringList& arguments) {
    QCommandLineParser parser;
    declare(parser);
    ParsedOptions parsed;
    if (!parser.parse(QStringList{QStringLiteral("fragscope")} + arguments)) {
        return usage(parser.errorText());
    }
    if (parser.isSet(QStringLiteral("help"))) {
        parsed.early = EarlyExit::Help;
        return parsed;
    }
    if (parser.isSet(QStringLiteral("version"))) {
        parsed.early = EarlyExit::Version;
        return parsed;
    }
    const QStringList inputs = parser.positionalArguments();
    if (inputs.size() > 1) {
        return usage(
            QStringLiteral("%1: only one scenario or run can be opened").arg(inputs.at(1)));
    }
    parsed.options.input = inputs.value(0);
    if (std::optional<Error> wrong = readValues(parser, parsed.options)) {
        return *wrong;
    }
    if (parsed.options.takesPicture() && parsed.options.input.isEmpty()) {
        return usage(QStringLiteral("--screenshot wants a scenario or a run to show"));
    }
    return parsed;
}

QString helpText() {
    QCommandLineParser parser;
    declare(parser);
    return parser.helpText();
}

} // namespace fragscope
