#pragma once

#include "fragscope/base/error.h"
#include "fragscope/ui/theme/theme.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>

namespace fragscope {

/// The command line of the window.
struct Options {
    QString input;      ///< scenario or run; empty = none
    QString screenshot; ///< PNG to write; empty = show the window
    std::optional<std::uint64_t> step;
    QSize size{1920, 1080};
    std::optional<ThemeName> theme;

    [[nodiscard]] bool takesPicture() const { return !screenshot.isEmpty(); }
};

/// What the command line asks for beside a window.
enum class EarlyExit : std::uint8_t { None, Help, Version };

struct ParsedOptions {
    Options options;
    EarlyExit early = EarlyExit::None;
};

/// Reads the arguments (without the program's name). Mistakes are errors of code Usage.
Expected<ParsedOptions> parseOptions(const QStringList& arguments);

QString helpText();

} // namespace fragscope
