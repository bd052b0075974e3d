#include "fragscope/ui/model/facts.h"

#include "fragscope/base/text.h"
#include "fragscope/hardware/paging/access.h"
#include "fragscope/hardware/paging/pte.h"
#include "fragscope/kernel/paging/page_state.h"
#include "fragscope/ui/model/segment_facts.h"
#include "fragscope/ui/panels/pte_bits.h"
#include "fragscope/ui/widgets/text.h"
#include "fragscope/view/frame_classes.h"

#include <QObject>
#include <QStringList>

#include <algorithm>
#include <array>

namespace fragscope {

namespace {

FrameClass classOf(const Scene& scene, std::uint64_t frame) {
    return static_cast<FrameClass>(scene.frameClasses()->at(frame));
}

QString useText(FrameUse use) {
    switch (use) {
    case FrameUse::Free:
        return QObject::tr("free");
    case FrameUse::Kernel:
        return QObject::tr("kernel");
    case FrameUse::PageTable:
        return QObject::tr("page table");
    case FrameUse::Data:
        return QObject::tr("data");
    case FrameUse::Hole:
        break;
    }
    return QObject::tr("hole: no memory here");
}

/// Bytes of a frame as two rows of eight, in hexadecimal.
QStringList hexRows(const Scene& scene, FrameNumber frame) {
    QStringList rows;
    for (std::uint64_t row = 0; row < 2; ++row) {
        const std::uint64_t word = scene.word(startOf(frame) + ByteCount(row * wordBytes));
        QStringList bytes;
        for (unsigned i = 0; i < wordBytes; ++i) {
            bytes << QStringLiteral("%1").arg((word >> (8 * i)) & 0xff, 2, 16, QLatin1Char('0'));
        }
        rows << bytes.join(QLatin1Char(' '));
    }
    return rows;
}

QString entryText(const Extent& extent) {
    const QString label = extent.label == 0 ? QString::number(extent.index)
                                            : QString(QLatin1Char(static_cast<char>(extent.label)));
    return QObject::tr("%1, entry %2: %3 from %4")
        .arg(label)
        .arg(extent.index)
        .arg(qt(text(ByteCount(extent.length))), qt(text(VirtAddr(extent.start))));
}

bool inRange(std::uint64_t value, std::uint64_t start, std::uint64_t length) {
    return value >= start && value - start < length;
}

/// The move's part in a frame: where its contents go to or come from.
void addMoveFacts(std::vector<Fact>& facts, const MoveView& move, FrameNumber frame) {
    const std::uint64_t place = startOf(frame).value;
    std::uint64_t offset = 0;
    if (inRange(place, move.blockSourcePaddr, move.blockLengthBytes)) {
        offset = place - move.blockSourcePaddr;
        const FrameNumber target = frameOf(PhysAddr(move.blockDestinationPaddr + offset));
        facts.push_back({QObject::tr("Moves to"), qt(text(target))});
    } else if (inRange(place, move.blockDestinationPaddr, move.blockLengthBytes)) {
        offset = place - move.blockDestinationPaddr;
        const FrameNumber source = frameOf(PhysAddr(move.blockSourcePaddr + offset));
        facts.push_back({QObject::tr("Comes from"), qt(text(source))});
    } else {
        return;
    }
    const bool copied = offset < move.blockCopiedBytes;
    facts.push_back({QObject::tr("Copied"), copied ? QObject::tr("yes") : QObject::tr("not yet"),
                     copied ? FactTone::Good : FactTone::Normal});
}

QString homeText(FrameHome home) {
    switch (home) {
    case FrameHome::FreeKernel:
        return QObject::tr("free, for page tables and maps");
    case FrameHome::FreeData:
        return QObject::tr("free");
    case FrameHome::Used:
        return QObject::tr("used");
    case FrameHome::Counted:
        return QObject::tr("none: only counted");
    case FrameHome::Reserved:
        break;
    }
    return QObject::tr("none: reserved");
}

/// Which list the frame is in, and its neighbours there.
void addListFacts(std::vector<Fact>& facts, const FrameBook& book) {
    const auto place = [](const std::optional<FrameNumber>& frame, const QString& none) {
        return frame ? qt(text(*frame)) : none;
    };
    const QString wrong = book.next || book.previous ? QObject::tr("%1, links broken")
                                                     : QObject::tr("%1, but in no list");
    facts.push_back({QObject::tr("List"),
                     book.linked ? homeText(book.home) : wrong.arg(homeText(book.home)),
                     book.linked ? FactTone::Normal : FactTone::Bad});
    if (book.home != FrameHome::Reserved && book.home != FrameHome::Counted) {
        facts.push_back({QObject::tr("Next"), place(book.next, QObject::tr("none: the last"))});
        facts.push_back(
            {QObject::tr("Previous"), place(book.previous, QObject::tr("none: the first"))});
    }
}

/// Everybody who maps the frame. A count that differs from the records is marked (I10).
void addOwnerFacts(std::vector<Fact>& facts, const FrameBook& book, const Names& names) {
    if (book.owners.empty() && book.info.references == 0) {
        facts.push_back({QObject::tr("Owner"), qt(names.process(book.info.owner))});
    }
    for (const FrameOwner& owner : book.owners) {
        facts.push_back({QObject::tr("Owner"), QObject::tr("%1 at %2")
                                                   .arg(qt(names.process(owner.process)),
                                                        qt(text(startOf(owner.page))))});
    }
    const bool agree = book.owners.size() == book.info.references;
    const QString count = QString::number(book.info.references);
    facts.push_back(
        {QObject::tr("References"),
         agree ? count : QObject::tr("%1, owners found: %2").arg(count).arg(book.owners.size()),
         agree ? FactTone::Normal : FactTone::Bad});
}

/// The state that the page's table entry says, and the number in it.
void addStateFacts(std::vector<Fact>& facts, const PageEntry& entry) {
    const PageStateInfo& state = infoOf(entry.state);
    facts.push_back({QObject::tr("Page state"), qt(state.name)});
    facts.push_back({QString(), qt(state.sentence)});
    if (entry.present) {
        return;
    }
    const QString number = QString::number(entry.number);
    if (entry.state == PageState::SwappedOut) {
        facts.push_back({QObject::tr("Slot"), number});
    } else if (entry.state == PageState::FileBacked) {
        facts.push_back({QObject::tr("Page of file"), number});
    }
}

/// The shared object that the frame is part of, and who has attached it.
void addSharedFacts(std::vector<Fact>& facts, const SharedObjectView& object, const Names& names) {
    const QString name = object.named ? QObject::tr("number %1, %2 frames")
                                      : QObject::tr("number %1, %2 frames, without a name");
    facts.push_back({QObject::tr("Shared object"), name.arg(object.number).arg(object.frames)});
    for (const SharedObjectView::Attachment& each : object.attachments) {
        facts.push_back({QObject::tr("Attached"),
                         QObject::tr("%1 at %2")
                             .arg(qt(names.process(each.process)), qt(text(startOf(each.first))))});
    }
}

/// Where a page with a frame has its bytes besides, so that it can leave without being written.
void addBackingFact(std::vector<Fact>& facts, const PageStates& pages, PageNumber page) {
    const StateTable* table = tableOf(pages, page);
    if (table == nullptr || table->backings.empty()) {
        return;
    }
    const Backing& backing = table->backings.at((page - table->first).value);
    const QString number = QString::number(backing.number);
    if (backing.kind == BackingKind::Slot) {
        facts.push_back({QObject::tr("Copy"), QObject::tr("in slot %1").arg(number)});
    } else if (backing.kind == BackingKind::FilePage) {
        facts.push_back({QObject::tr("Copy"), QObject::tr("page %1 of its file").arg(number)});
    }
}

/// Of a frame that is part of a segment, or of a run of free ones; empty if it is neither.
std::vector<Fact> segmentFactsOf(const Scene& scene, const Names& names, FrameNumber frame) {
    const SegmentScene* segments = scene.segments();
    if (segments == nullptr) {
        return {};
    }
    std::vector<Fact> facts = segmentFacts(*segments, *scene.segmentHistory(), names, frame,
                                           scene.moment().state.nextSeq);
    if (!facts.empty()) {
        addMoveFacts(facts, scene.moment().state.move, frame);
    }
    return facts;
}

/// Of a frame that nobody has.
void addUnusedFacts(std::vector<Fact>& facts, const Scene& scene, FrameNumber frame, FrameUse use) {
    facts.push_back({QObject::tr("Use"), useText(use)});
    facts.push_back({QObject::tr("Address"), qt(text(startOf(frame)))});
    addMoveFacts(facts, scene.moment().state.move, frame);
    if (const std::optional<FrameBook> book = scene.frameBook(frame)) {
        addListFacts(facts, *book);
    }
}

} // namespace

std::vector<Fact> frameFacts(const Scene& scene, const Names& names, FrameNumber frame) {
    if (auto segment = segmentFactsOf(scene, names, frame); !segment.empty()) {
        return segment;
    }
    const FrameInfo info = scene.frameInfo(frame);
    const std::optional<FrameBook> book = scene.frameBook(frame);
    const FrameClass frameClass = classOf(scene, frame.value);
    std::vector<Fact> facts;
    facts.push_back({QObject::tr("State"), qt(infoOf(frameClass).name)});
    if (info.use == FrameUse::Free || info.use == FrameUse::Hole) {
        addUnusedFacts(facts, scene, frame, info.use);
        return facts;
    }
    const std::optional<PagePlace> page = scene.pageOf(frame);
    const Fact place{QObject::tr("Frame"),
                     QObject::tr("%1 at %2").arg(frame.value).arg(qt(text(startOf(frame))))};
    if (page) {
        facts.push_back(place);
        facts.push_back({QObject::tr("Map entry"), entryText(page->extent)});
    }
    addMoveFacts(facts, scene.moment().state.move, frame);
    const std::optional<std::uint64_t> vaddr = scene.vaddrOf(frame);
    if (!page && vaddr) {
        const PageNumber number = fragscope::pageOf(VirtAddr(*vaddr));
        addStateFacts(facts, pageEntryIn(scene.moment().pages, number));
        addBackingFact(facts, scene.moment().pages, number);
    }
    if (book) {
        addOwnerFacts(facts, *book, names);
        addListFacts(facts, *book);
    }
    if (const SharedObjectView* object = scene.sharedObjectOf(frame)) {
        addSharedFacts(facts, *object, names);
    }
    if (!page) {
        facts.push_back(place); // known from the title; few facts have room in a small window
    }
    facts.push_back({QObject::tr("Use"), useText(info.use)});
    facts.push_back({QObject::tr("Pins"), QString::number(info.pins)});
    facts.push_back({QObject::tr("Age"), QString::number(info.age)});
    if (page) {
        facts.push_back({QObject::tr("Page"), qt(text(VirtAddr(page->vaddr)))});
    }
    const QStringList rows = hexRows(scene, frame);
    facts.push_back({QObject::tr("Bytes"), rows.at(0)});
    facts.push_back({QString(), rows.at(1)});
    return facts;
}

std::vector<Fact> absentPageFacts(const Scene& scene, std::uint64_t vaddr) {
    std::vector<Fact> facts;
    facts.push_back({QObject::tr("Page"), qt(text(VirtAddr(vaddr)))});
    const Extent* extent = scene.extentOf(vaddr);
    if (extent == nullptr) {
        facts.push_back({QObject::tr("State"), QObject::tr("not mapped"), FactTone::Bad});
        return facts;
    }
    if (extent->kind == EntryKind::Free) {
        facts.push_back({QObject::tr("State"), QObject::tr("free: nobody uses the addresses")});
        facts.push_back({QObject::tr("Map entry"), entryText(*extent)});
        return facts;
    }
    if (extent->kind == EntryKind::Demand) {
        const PageEntry entry =
            pageEntryIn(scene.moment().pages, fragscope::pageOf(VirtAddr(vaddr)));
        addStateFacts(facts, entry);
        facts.push_back({QObject::tr("Map entry"), entryText(*extent)});
        return facts;
    }
    facts.push_back({QObject::tr("State"), QObject::tr("no access: in entry E"), FactTone::Bad});
    facts.push_back({QObject::tr("Map entry"), entryText(*extent)});
    const MoveView& move = scene.moment().state.move;
    if (inRange(vaddr, move.blockVaddr, move.blockLengthBytes)) {
        const std::uint64_t offset = vaddr - move.blockVaddr;
        facts.push_back({QObject::tr("Old frame"),
                         qt(text(frameOf(PhysAddr(move.blockSourcePaddr + offset))))});
        facts.push_back({QObject::tr("New frame"),
                         qt(text(frameOf(PhysAddr(move.blockDestinationPaddr + offset))))});
        const bool copied = offset < move.blockCopiedBytes;
        facts.push_back({QObject::tr("Copied"),
                         copied ? QObject::tr("yes") : QObject::tr("not yet"),
                         copied ? FactTone::Good : FactTone::Normal});
    }
    return facts;
}

QString frameTip(const Scene& scene, const Names& names, std::uint64_t first, std::uint64_t count) {
    if (count <= 1) {
        QStringList lines{qt(text(FrameNumber(first)))};
        for (const Fact& fact : frameFacts(scene, names, FrameNumber(first))) {
            lines << (fact.name.isEmpty() ? fact.value
                                          : fact.name + QStringLiteral(": ") + fact.value);
        }
        return lines.join(QLatin1Char('\n'));
    }
    const std::vector<std::uint8_t>& frames = *scene.frameClasses();
    const std::uint64_t end = std::min<std::uint64_t>(first + count, frames.size());
    std::array<std::uint64_t, frameClassCount> counts{};
    for (std::uint64_t frame = first; frame < end; ++frame) {
        ++counts.at(frames[frame]);
    }
    QStringList lines{QObject::tr("frames %1 to %2").arg(first).arg(end - 1)};
    for (const FrameClassInfo& info : allFrameClasses()) {
        const std::uint64_t found = counts.at(static_cast<std::size_t>(info.frameClass));
        if (found > 0) {
            lines << QStringLiteral("%1 %2").arg(found).arg(qt(info.name));
        }
    }
    return lines.join(QLatin1Char('\n'));
}

namespace {

/// The latest fault, if it was at this page.
const AccessFault* faultAt(const Scene& scene, std::uint64_t vaddr) {
    const std::optional<AccessFault>& fault = scene.fault();
    const bool here = fault && fault->vaddr / pageBytes == vaddr / pageBytes;
    return here ? &*fault : nullptr;
}

/// A present entry, but one that the latest access was not allowed to use.
void markFailedCheck(WalkRow& row, unsigned level, const AccessFault* fault) {
    const bool isThis = fault != nullptr && fault->level == level &&
                        fault->check != WalkCheck::None && fault->entry == row.entry;
    if (isThis && row.state != WalkRow::State::Failed) {
        row.state = WalkRow::State::Failed;
        row.reason = flagsInLetters(row.entry) + QStringLiteral(": ") +
                     QString::fromUtf8(nameOf(fault->check).data());
    }
}

WalkRow offsetRow(std::uint64_t vaddr, const TableWalk& walk) {
    WalkRow row;
    row.kind = WalkRow::Kind::Offset;
    row.table = QObject::tr("offset");
    const std::uint64_t size = walk.mapped() ? walk.pageSize.value : pageBytes;
    row.index = vaddr & (size - 1);
    row.state = walk.mapped() ? WalkRow::State::Place : WalkRow::State::NotReached;
    row.entryPaddr = walk.paddr.value;
    return row;
}

/// What all tables say of a page of the chosen process.
PageEntry pageEntry(const Scene& scene, std::uint64_t vaddr) {
    return pageEntryIn(scene.moment().pages, fragscope::pageOf(VirtAddr(vaddr)));
}

/// "#PF 0x6 (user write), CR2 1018 9b60", and what comes of it.
QString faultSummary(const Scene& scene, const AccessFault& fault, const TableWalk& walk) {
    const auto has = [&](std::uint32_t bit) { return (fault.errorCode & bit) != 0; };
    const QString access = has(fault_bits::instruction) ? QObject::tr("fetch")
                           : has(fault_bits::write)     ? QObject::tr("write")
                                                        : QObject::tr("read");
    const QString who = has(fault_bits::user) ? QObject::tr("user") : QObject::tr("supervisor");
    const Extent* extent = scene.extentOf(fault.vaddr);
    QString then = QObject::tr("the map has the page, the handler puts it in.");
    if (extent == nullptr || extent->kind == EntryKind::Free) {
        then = QObject::tr("no entry of the map covers it.");
    } else if (extent->kind == EntryKind::NoAccess) {
        then = QObject::tr("it waits for this transfer block.");
    } else if (has(fault_bits::present)) {
        then = QString::fromUtf8(textOf(fault.check).data()) + QLatin1Char('.');
    } else if (walk.mapped()) {
        then = QObject::tr("mapped by now, it is repeated.");
    } else if (extent->kind == EntryKind::Demand) {
        then = absentInWords(pageEntry(scene, fault.vaddr)) + QLatin1Char('.');
    }
    return QObject::tr("#PF 0x%1 (%2 %3), CR2 %4: %5")
        .arg(QString::number(fault.errorCode, 16), who, access, groupedHex(fault.vaddr), then);
}

} // namespace

std::vector<WalkRow> walkRows(const Scene& scene, std::uint64_t vaddr, const TableWalk& walk) {
    static const std::array<const char*, 4> tables{"PML4", "PDPT", "PD", "PT"};
    std::vector<WalkRow> rows;
    if (walk.levels.empty()) {
        return rows;
    }
    const Extent* extent = scene.extentOf(vaddr);
    const bool inE = extent != nullptr && extent->kind == EntryKind::NoAccess;
    const bool demand = extent != nullptr && extent->kind == EntryKind::Demand;
    for (unsigned level = table_level::pml4; level >= table_level::pt; --level) {
        const std::size_t i = table_level::pml4 - level;
        WalkRow row;
        row.table = QLatin1String(tables.at(i));
        row.index = tableIndex(VirtAddr(vaddr), level);
        if (i < walk.levels.size()) {
            const WalkLevel& read = walk.levels[i];
            row.entry = read.entry;
            row.entryPaddr = read.place.value;
            row.state = !Pte{read.entry}.present() ? WalkRow::State::Failed
                        : read.maps                ? WalkRow::State::Leaf
                                                   : WalkRow::State::Passed;
            row.reason = inE ? QObject::tr("not present: entry E") : QObject::tr("not present");
            if (demand && level == table_level::pt) {
                row.reason = absentInWords(pageEntry(scene, vaddr));
            }
            markFailedCheck(row, level, faultAt(scene, vaddr));
        }
        rows.push_back(row);
    }
    rows.push_back(offsetRow(vaddr, walk));
    return rows;
}

QString walkSummary(const Scene& scene, std::uint64_t vaddr, const TableWalk& walk) {
    const Extent* extent = scene.extentOf(vaddr);
    if (walk.levels.empty()) {
        const std::optional<FrameNumber> frame = scene.frameAt(vaddr);
        const QString place = frame ? qt(text(*frame)) : QObject::tr("no access");
        return extent == nullptr ? QObject::tr("No entry of the map covers the address.")
                                 : QObject::tr("No page tables: entry %1 of the map leads to %2.")
                                       .arg(extent->index)
                                       .arg(place);
    }
    if (const AccessFault* fault = faultAt(scene, vaddr)) {
        return faultSummary(scene, *fault, walk);
    }
    if (walk.mapped()) {
        QString words = flagsInWords(walk.levels.back().entry);
        words[0] = words[0].toUpper();
        return words + QLatin1Char('.');
    }
    if (extent != nullptr && extent->kind == EntryKind::NoAccess) {
        return QObject::tr("An access faults and waits for the end of this transfer block.");
    }
    if (extent != nullptr && extent->kind == EntryKind::Demand) {
        return QObject::tr("Not present: %1.").arg(absentInWords(pageEntry(scene, vaddr)));
    }
    return extent == nullptr || extent->kind == EntryKind::Free
               ? QObject::tr("An access faults: no block of the map covers the address.")
               : QObject::tr("An access faults; the map has the page, so the handler puts it in.");
}

} // namespace fragscope
