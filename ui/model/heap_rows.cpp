#include "fragscope/ui/model/heap_rows.h"

#include "fragscope/ui/plots/metric_plot.h"
#include "fragscope/ui/widgets/text.h"

#include <QObject>
#include <QStringList>

#include <algorithm>

namespace fragscope {

using compact_fit_layout::ListState;

namespace {

constexpr std::size_t mostLinks = 48;

QString sizeText(std::uint64_t bytes) {
    return quantityText(MetricId::HeapLive, static_cast<double>(bytes));
}

/// "list 3", "level 5/12".
QString nameOf(const FreeListPicture& list, bool matrix) {
    const QString name = qt(list.name);
    return matrix ? QStringLiteral("%1 %2/%3").arg(name).arg(list.row).arg(list.column)
                  : QStringLiteral("%1 %2").arg(name).arg(list.row);
}

ChainLink blockLink(const HeapView& heap, const FreeListMember& member) {
    return {QStringLiteral("%1 · %2").arg(offsetIn(heap, member.start)).arg(member.length.value),
            member.start.value, false};
}

bool covers(const HeapView& heap, const CompactFitPage& page, std::optional<VirtAddr> address) {
    return address && address->value >= page.address &&
           address->value - page.address < heap.settings.pageSize;
}

/// "p7 3/21": number of the page, blocks in use of all.
ChainLink pageLink(const HeapView& heap, std::uint64_t number, std::optional<VirtAddr> selected) {
    const CompactFitPage& page = heap.compactFit->pages[number];
    const std::uint64_t capacity = heap.compactFit->classes[page.sizeClass].capacity;
    return {QStringLiteral("p%1 %2/%3").arg(number).arg(page.used).arg(capacity), page.address,
            covers(heap, page, selected)};
}

ChainRow
classRow(const HeapView& heap, const CompactFitClass& sizeClass, std::optional<VirtAddr> selected) {
    ChainRow row;
    const std::uint64_t k = heap.settings.k;
    const std::size_t open = sizeClass.list(ListState::NotFull).size();
    const std::size_t sources = sizeClass.pages() - open - sizeClass.list(ListState::Full).size();
    row.name = QObject::tr("%1 B").arg(sizeClass.blockBytes);
    row.note = (k == 0 ? QObject::tr("%1 not full").arg(open)
                       : QObject::tr("%1/%2 not full").arg(open).arg(k)) +
               QObject::tr(", %1 full").arg(sizeClass.list(ListState::Full).size());
    if (sources != 0) {
        row.note += QObject::tr(", %1 emptied").arg(sources);
    }
    row.wrong = k != 0 && open > k + heap.compactFit->moves.size();
    for (const ListState state :
         {ListState::NotFull, ListState::Source, ListState::Emptying, ListState::Full}) {
        for (const std::uint64_t number : sizeClass.list(state)) {
            if (row.links.size() < mostLinks) {
                row.links.push_back(pageLink(heap, number, selected));
            }
        }
    }
    row.arrows = open > 1;
    return row;
}

ChainRow tableRow(const HeapView& heap) {
    ChainRow row;
    std::size_t used = 0;
    for (std::size_t i = 0; i < heap.table.size(); ++i) {
        const HeapTableEntry& entry = heap.table[i];
        used += entry.block.value != 0 ? 1U : 0U;
        if (entry.block.value != 0 && row.links.size() < mostLinks) {
            row.links.push_back(
                {QStringLiteral("%1 \u2192 %2").arg(i).arg(offsetIn(heap, entry.block)),
                 entry.block.value, false});
        }
    }
    row.name = QObject::tr("table");
    row.note = QObject::tr("%1 entries, %2 free").arg(used).arg(heap.table.size() - used);
    row.arrows = false;
    return row;
}

} // namespace

QString offsetIn(const HeapView& heap, VirtAddr address) {
    return QStringLiteral("0x%1").arg(address.value - heap.extent.start, 0, 16);
}

bool hasMatrix(const HeapView& heap) {
    const auto& lists = heap.picture.lists;
    return std::any_of(lists.begin(), lists.end(), [&](const FreeListPicture& list) {
        return list.column != 0 && list.name == lists.front().name;
    });
}

std::vector<ChainRow> heapListRows(const HeapView& heap) {
    std::vector<ChainRow> rows;
    const bool matrix = hasMatrix(heap);
    for (const FreeListPicture& list : heap.picture.lists) {
        if (list.members.empty()) {
            continue;
        }
        ChainRow row;
        std::uint64_t bytes = 0;
        for (const FreeListMember& member : list.members) {
            bytes += member.length.value;
            if (row.links.size() < mostLinks) {
                row.links.push_back(blockLink(heap, member));
            }
        }
        row.name = nameOf(list, matrix);
        row.note = QStringLiteral("%1 · %2").arg(grouped(list.members.size()), sizeText(bytes));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<ChainRow> compactFitRows(const HeapView& heap, std::optional<VirtAddr> selected) {
    std::vector<ChainRow> rows;
    for (const CompactFitClass& sizeClass : heap.compactFit->classes) {
        if (sizeClass.pages() != 0) {
            rows.push_back(classRow(heap, sizeClass, selected));
        }
    }
    ChainRow free;
    free.name = QObject::tr("free pages");
    free.note = grouped(heap.compactFit->freePages.size());
    for (const std::uint64_t number : heap.compactFit->freePages) {
        if (free.links.size() < mostLinks) {
            const CompactFitPage& page = heap.compactFit->pages[number];
            free.links.push_back(
                {QStringLiteral("p%1").arg(number), page.address, covers(heap, page, selected)});
        }
    }
    rows.push_back(std::move(free));
    if (!heap.table.empty()) {
        rows.push_back(tableRow(heap));
    }
    return rows;
}

QString allocatorText(const AllocatorSettings& settings) {
    QStringList words{qt(allocatorInfo(settings.kind).name)};
    const std::vector<std::string> usual = resolvedSettings(defaultSettings(settings.kind));
    for (const std::string& setting : resolvedSettings(settings)) {
        const bool place = setting.starts_with("heap_") || setting.starts_with("table_entries");
        const bool bound = setting.starts_with("k="); // says what the heap is, also if usual
        if (!place && (bound || std::find(usual.begin(), usual.end(), setting) == usual.end())) {
            words << qt(setting);
        }
    }
    return words.join(QStringLiteral(", "));
}

QString heapText(const HeapView& heap, const HeapHistory::Use& use, bool underWay) {
    QString words;
    if (!heap.picture.whole()) {
        words = (underWay ? QObject::tr("operation under way") : qt(heap.picture.fault)) +
                QStringLiteral(" \u00b7 ");
    }
    const std::size_t pieces = static_cast<std::size_t>(
        std::count_if(heap.picture.blocks.begin(), heap.picture.blocks.end(),
                      [](const HeapBlock& each) { return !each.used && !each.books; }));
    words += QObject::tr("%1 live in %2 \u00b7 %3 \u00b7 %4 free in %5, largest %6")
                 .arg(sizeText(use.live.value), sizeText(heap.footprint),
                      counted(heap.usedBlocks, QObject::tr("block"), QObject::tr("blocks")),
                      sizeText(heap.freeBytes), grouped(pieces), sizeText(heap.largestFree));
    if (heap.unknownPages != 0) {
        words += QObject::tr(" · %1 swapped out, not known here")
                     .arg(counted(heap.unknownPages, QObject::tr("page"), QObject::tr("pages")));
    }
    return words;
}

} // namespace fragscope
