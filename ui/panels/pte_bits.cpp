#include "fragscope/ui/panels/pte_bits.h"

#include <QCoreApplication>
#include <QStringList>

namespace fragscope {

QString flagsInWords(std::uint64_t entry) {
    if ((entry & presentBit) == 0) {
        return QCoreApplication::translate("PteBitField", "not present");
    }
    QStringList words;
    for (auto field = entryFields.rbegin(); field != entryFields.rend(); ++field) {
        const char* meaning = field->valueIn(entry) != 0 ? field->meaningOne : field->meaningZero;
        if (meaning != nullptr) {
            words << QCoreApplication::translate("PteBitField", meaning);
        }
    }
    return words.join(QStringLiteral(", "));
}

QString flagsInLetters(std::uint64_t entry) {
    QStringList letters;
    for (auto field = entryFields.rbegin(); field != entryFields.rend(); ++field) {
        if (field->count == 1 && field->valueIn(entry) != 0) {
            letters << QLatin1String(field->name);
        }
    }
    return letters.join(QLatin1Char(' '));
}

} // namespace fragscope
