#include "fragscope/ui/model/heap_facts.h"

#include "fragscope/base/text.h"
#include "fragscope/ui/model/heap_rows.h"
#include "fragscope/ui/widgets/text.h"

#include <QObject>
#include <QStringList>

namespace fragscope {

using compact_fit_layout::ListState;

namespace {

QString bytesText(std::uint64_t bytes) {
    return QObject::tr("%1 B").arg(grouped(bytes));
}

QString stateText(ListState state) {
    switch (state) {
    case ListState::Free:
        return QObject::tr("free");
    case ListState::NotFull:
        return QObject::tr("not full");
    case ListState::Full:
        return QObject::tr("full");
    case ListState::Source:
        return QObject::tr("source of a copy");
    case ListState::Emptying:
        break;
    }
    return QObject::tr("emptied by a copy");
}

void addRequest(std::vector<Fact>& facts,
                const HeapBlock& block,
                const HeapHistory::Request& request) {
    const std::uint64_t header = (request.payload - block.start).value;
    const std::uint64_t taken = header + request.asked.value;
    facts.push_back({QObject::tr("Payload"), qt(text(request.payload))});
    facts.push_back({QObject::tr("Asked for"), bytesText(request.asked.value)});
    if (taken <= block.length.value) {
        facts.push_back({QObject::tr("Not payload"), QObject::tr("%1 B in front, %2 B behind")
                                                         .arg(header)
                                                         .arg(block.length.value - taken)});
    }
}

void addPage(std::vector<Fact>& facts, const HeapView& heap, const HeapBlock& block) {
    const std::uint64_t offset = block.start.value - heap.extent.start;
    const std::uint64_t number = offset / heap.settings.pageSize;
    if (!heap.compactFit || number >= heap.compactFit->pages.size()) {
        return;
    }
    const CompactFitPage& page = heap.compactFit->pages[number];
    facts.push_back({QObject::tr("Page"),
                     QObject::tr("%1 of the heap, %2").arg(number).arg(stateText(page.state))});
    if (page.state != ListState::Free && page.sizeClass < heap.compactFit->classes.size()) {
        const CompactFitClass& sizeClass = heap.compactFit->classes[page.sizeClass];
        const std::uint64_t index = offset % heap.settings.pageSize / sizeClass.blockBytes;
        facts.push_back(
            {QObject::tr("Size class"),
             QObject::tr("%1, blocks of %2 B").arg(page.sizeClass).arg(sizeClass.blockBytes)});
        if (index < sizeClass.capacity) {
            facts.push_back({QObject::tr("Page-block"), QObject::tr("%1 of 0 to %2; %3 in use")
                                                            .arg(index)
                                                            .arg(sizeClass.capacity - 1)
                                                            .arg(page.used)});
        }
    }
}

} // namespace

std::optional<HeapHistory::Request> requestOf(const HeapView& heap,
                                              const HeapHistory& history,
                                              const HeapBlock& block,
                                              std::uint64_t seq) {
    const bool together =
        heap.settings.kind == AllocatorKind::Region || heap.settings.kind == AllocatorKind::Bump;
    return block.used && !together ? history.requestIn(heap.process, block.start, block.length, seq)
                                   : std::nullopt;
}

std::vector<Fact> blockFacts(const HeapView& heap,
                             const HeapHistory& history,
                             const HeapBlock& block,
                             std::uint64_t seq) {
    std::vector<Fact> facts;
    facts.push_back({QObject::tr("Block"), block.used    ? QObject::tr("in use")
                                           : block.books ? QObject::tr("the allocator's own")
                                                         : QObject::tr("free")});
    facts.push_back(
        {QObject::tr("Begins at"), QObject::tr("%1, %2 from the start")
                                       .arg(qt(text(block.start)), offsetIn(heap, block.start))});
    facts.push_back({QObject::tr("Length"), bytesText(block.length.value)});
    if (const auto request = requestOf(heap, history, block, seq)) {
        addRequest(facts, block, *request);
    }
    if (const auto place = heap.listOf(block.start)) {
        const FreeListPicture& list = heap.picture.lists[place->list];
        QString name = QStringLiteral("%1 %2").arg(qt(list.name)).arg(list.row);
        name += hasMatrix(heap) ? QStringLiteral("/%1").arg(list.column) : QString();
        facts.push_back({QObject::tr("List"), QObject::tr("%1, place %2 of %3")
                                                  .arg(name)
                                                  .arg(place->position + 1)
                                                  .arg(list.members.size())});
    }
    addPage(facts, heap, block);
    if (const HeapTableEntry* entry = block.used ? heap.entryOf(block) : nullptr) {
        facts.push_back({QObject::tr("Handle"), QObject::tr("%1, entry %2 of the table")
                                                    .arg(qt(text(entry->entry)))
                                                    .arg(entry - heap.table.data())});
    }
    return facts;
}

QString blockTip(const std::vector<Fact>& facts) {
    QStringList lines;
    for (const Fact& fact : facts) {
        lines << QStringLiteral("%1: %2").arg(fact.name, fact.value);
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace fragscope
