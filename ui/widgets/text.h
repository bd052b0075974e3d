#pragma once

#include <QString>

#include <cstdint>
#include <string_view>

namespace fragscope {

/// UTF-8 text of the core as Qt's.
QString qt(std::string_view text);

/// "1,284": the same everywhere, whatever the locale.
QString grouped(std::uint64_t number);

/// "1 entry", "3 entries".
QString counted(std::uint64_t number, const QString& one, const QString& many);

} // namespace fragscope
