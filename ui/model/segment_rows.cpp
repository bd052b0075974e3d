#include "fragscope/ui/model/segment_rows.h"

#include "fragscope/base/text.h"
#include "fragscope/ui/widgets/text.h"

#include <QObject>

namespace fragscope {

namespace {

constexpr std::size_t mostLinks = 64;

QString sizeOf(PageCount frames) {
    return qt(text(bytesOf(frames)));
}

/// "1204 +300": where it begins, and how many frames.
ChainLink linkTo(FrameNumber begin, PageCount frames) {
    return {QStringLiteral("%1 +%2").arg(begin.value).arg(frames.value), begin.value, false};
}

/// Where a heap among several begins.
ChainRow zoneRow(const SegmentZoneView& zone) {
    ChainRow row;
    row.name = QObject::tr("heap from %1").arg(qt(text(zone.bounds.begin)));
    row.note = QObject::tr("%1 free").arg(sizeOf(zone.bounds.free));
    return row;
}

/// Buddy: a list for each order and migrate type; quick-fit: one for each length, 0 for large runs.
QString nameOfList(const SegmentBooks& books, std::size_t list) {
    if (books.largestBlock == 0) {
        return list == 0 ? QObject::tr("large")
                         : counted(list, QObject::tr("frame"), QObject::tr("frames"));
    }
    const QString size = counted(1ULL << (list / 2), QObject::tr("frame"), QObject::tr("frames"));
    return list % 2 == 0 ? size : QObject::tr("%1, unmovable").arg(size);
}

std::optional<ChainRow>
listRow(const SegmentBooks& books, const SegmentZoneView& zone, std::size_t list) {
    const std::vector<SegmentId>& runs = zone.lists.at(list);
    if (runs.empty()) {
        return std::nullopt;
    }
    ChainRow row;
    row.name = nameOfList(books, list);
    row.note = grouped(runs.size());
    for (std::size_t i = 0; i < std::min(runs.size(), mostLinks); ++i) {
        if (const Segment* run = books.run(runs[i])) {
            row.links.push_back(
                list == 0 && books.largestBlock == 0
                    ? linkTo(run->base, run->frames)
                    : ChainLink{QString::number(run->base.value), run->base.value, false});
            row.wrong = row.wrong || run->state != SegmentState::Free;
        }
    }
    return row;
}

QString nameOf(GapCause cause) {
    switch (cause) {
    case GapCause::Free:
        break;
    case GapCause::Alignment:
        return QObject::tr("alignment");
    case GapCause::Hole:
        return QObject::tr("below holes");
    case GapCause::Locked:
        return QObject::tr("below locked");
    }
    return QObject::tr("between");
}

/// Adds up what a row stands for.
struct RowSum {
    ChainRow row;
    PageCount frames{};
    std::uint64_t count = 0;

    void add(FrameNumber begin, PageCount length) {
        ++count;
        frames += length;
        if (row.links.size() < mostLinks) {
            row.links.push_back(linkTo(begin, length));
        }
    }

    void finish(std::vector<ChainRow>& rows, const QString& name) {
        row.name = name;
        row.arrows = false;
        row.note = QStringLiteral("%1 \u00b7 %2").arg(grouped(count), sizeOf(frames));
        if (count != 0) {
            rows.push_back(row);
        }
    }
};

void addGapRows(std::vector<ChainRow>& rows, const SegmentZoneView& zone) {
    RowSum above;
    for (const Segment& run : zone.runs) {
        if (run.state == SegmentState::Free && run.base >= zone.segmentsEnd) {
            above.add(run.base, run.frames);
        }
    }
    above.finish(rows, QObject::tr("above"));
    for (const GapCause cause : allGapCauses) {
        RowSum gaps;
        for (const SegmentGap& gap : zone.gaps) {
            if (gap.cause == cause) {
                gaps.add(gap.begin, gap.frames);
            }
        }
        gaps.finish(rows, nameOf(cause));
    }
}

} // namespace

std::vector<ChainRow> heapRows(const SegmentBooks& books) {
    std::vector<ChainRow> rows;
    for (const SegmentZoneView& zone : books.zones) {
        if (books.zones.size() > 1) {
            rows.push_back(zoneRow(zone));
        }
        if (!books.hasLists) {
            addGapRows(rows, zone);
            continue;
        }
        const std::size_t first = books.largestBlock == 0 ? 1 : 0; // large runs come last
        for (std::size_t i = 0; i < zone.lists.size(); ++i) {
            if (const auto row = listRow(books, zone, (first + i) % zone.lists.size())) {
                rows.push_back(*row);
            }
        }
    }
    return rows;
}

QString heapNote(const SegmentBooks& books) {
    std::size_t lists = 0;
    std::uint64_t gaps = 0;
    PageCount frames{};
    for (const SegmentZoneView& zone : books.zones) {
        for (const auto& list : zone.lists) {
            lists += list.empty() ? 0U : 1U;
        }
        for (const SegmentGap& gap : zone.gaps) {
            ++gaps;
            frames += gap.frames;
        }
    }
    if (books.hasLists) {
        return books.largestBlock != 0 ? QObject::tr("%1 lists in use").arg(lists)
                                       : QObject::tr("%1 of %2 lists in use")
                                             .arg(lists)
                                             .arg(books.zones.size() * SegmentZoneView::listCount);
    }
    return counted(gaps, QObject::tr("gap"), QObject::tr("gaps")) + QStringLiteral(", ") +
           sizeOf(frames);
}

std::vector<MapLine> segmentLines(const SegmentScene& scene) {
    std::vector<MapLine> lines;
    const SegmentBooks& books = *scene.books;
    for (const SegmentZoneView& zone : books.zones) {
        const SegmentZone& bounds = zone.bounds;
        if (!books.hasLists && bounds.top > bounds.begin) {
            lines.push_back({bounds.top.value, QObject::tr("top"), MapLine::Tone::Border});
        }
        if (scene.background && bounds.resume > bounds.begin && bounds.resume < bounds.end &&
            !scene.motion) {
            lines.push_back({bounds.resume.value, QObject::tr("resume"), MapLine::Tone::Pointer});
        }
    }
    if (scene.motion && scene.motion->pointer.value != 0) {
        lines.push_back({scene.motion->pointer.value, QObject::tr("d: compacted up to here"),
                         MapLine::Tone::Pointer});
    }
    return lines;
}

std::optional<MapMove> segmentMove(const SegmentScene& scene) {
    if (!scene.motion || scene.motion->frames.value == 0) {
        return std::nullopt;
    }
    const SegmentMotion& motion = *scene.motion;
    const Segment* moved = scene.books->run(motion.segment);
    const QString name =
        moved == nullptr ? QObject::tr("segment") : QObject::tr("segment %1").arg(moved->birth);
    return MapMove{motion.from.value, motion.to.value, motion.frames.value, name};
}

} // namespace fragscope
