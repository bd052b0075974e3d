#include "fragscope/ui/panels/pte_bits.h"

#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/ui/widgets/text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace fragscope {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("PteBitField", text);
}

RulerBox boxOf(const PteBitField& field, std::uint64_t entry) {
    const std::uint64_t value = field.valueIn(entry);
    const bool frame = field.count == 40;
    const char* meaning = value != 0 ? field.meaningOne : field.meaningZero;
    RulerBox box;
    box.name = QLatin1String(field.name);
    box.value = frame ? QStringLiteral("0x%1").arg(value, 5, 16, QLatin1Char('0'))
                      : QString::number(value, 16);
    box.meaning = meaning == nullptr ? QString() : translated(meaning);
    box.low = field.low;
    box.bits = field.count;
    const bool mark = box.name == QLatin1String("leak") || box.name == QLatin1String("go");
    box.set = field.count == 1 && value != 0;
    box.minor = box.name == QLatin1String("avl") || (mark && value == 0);
    box.units = frame ? 3.2 : 1;
    if (box.name == QLatin1String("state")) {
        box.meaning = qt(infoOf(decodeEntry(entry).state).name);
        box.units = 1.4;
    } else if (box.name == QLatin1String("leak")) {
        box.units = 1.3;
    }
    return box;
}

RulerBox boxOf(const EntryField& field, std::uint64_t entry) {
    const PageStateInfo& state = infoOf(decodeEntry(entry).state);
    RulerBox box;
    box.name = translated(field.name.data());
    box.value = QString::number(field.value);
    box.low = field.low;
    box.bits = field.bits;
    box.set = field.bits == 1 && field.value != 0;
    box.units = std::max(field.bits > 8 ? 4.0 : 1.2, 0.34 * static_cast<double>(box.name.size()));
    if (field.name == "P") {
        box.meaning = translated("not present");
    } else if (field.name != "free") {
        box.meaning = qt(state.name);
    }
    return box;
}

} // namespace

std::vector<RulerBox> rulerOf(std::uint64_t entry, const std::optional<PageEntry>& spilled) {
    std::vector<RulerBox> boxes;
    const QString aside =
        spilled ? translated("see the side table: %1").arg(qt(infoOf(spilled->state).name))
                : QString();
    if ((entry & presentBit) != 0) {
        for (const PteBitField& field : entryFields) {
            boxes.push_back(boxOf(field, entry));
            if (spilled && boxes.back().name == QLatin1String("state")) {
                boxes.back().meaning = aside;
            }
        }
        return boxes;
    }
    // With the state aside, an absent entry is one number.
    const std::vector<EntryField> fields =
        spilled ? bitRuler(entry, entry_format::swapOnly64) : bitRuler(entry);
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        boxes.push_back(boxOf(*field, entry));
        if (spilled && field->low != 0) {
            boxes.back().name = translated("number");
            boxes.back().meaning = aside;
        }
    }
    return boxes;
}

QString absentInWords(const PageEntry& page) {
    const QString state = qt(infoOf(page.state).name);
    switch (page.state) {
    case PageState::SwappedOut:
        return translated("%1, slot %2").arg(state).arg(page.number);
    case PageState::FileBacked:
        return translated("%1, page %2 of the file").arg(state).arg(page.number);
    case PageState::Shared:
        return translated("%1, page %2 of the object").arg(state).arg(page.number);
    default:
        return state;
    }
}

QString flagsInWords(std::uint64_t entry) {
    if ((entry & presentBit) == 0) {
        return translated("not present");
    }
    QStringList words;
    for (auto field = entryFields.rbegin(); field != entryFields.rend(); ++field) {
        const char* meaning = field->valueIn(entry) != 0 ? field->meaningOne : field->meaningZero;
        if (meaning != nullptr) {
            words << translated(meaning);
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
