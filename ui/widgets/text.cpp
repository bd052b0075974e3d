#include "fragscope/ui/widgets/text.h"

#include <QLocale>

namespace fragscope {

QString qt(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString grouped(std::uint64_t number) {
    static const QLocale english(QLocale::English, QLocale::UnitedStates);
    return english.toString(static_cast<qulonglong>(number));
}

QString counted(std::uint64_t number, const QString& one, const QString& many) {
    return grouped(number) + QLatin1Char(' ') + (number == 1 ? one : many);
}

} // namespace fragscope
