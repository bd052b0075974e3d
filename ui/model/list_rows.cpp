#include "fragscope/ui/model/list_rows.h"

#include "fragscope/ui/widgets/text.h"

#include <QObject>

namespace fragscope {

namespace {

QString nameOf(FrameList list) {
    switch (list) {
    case FrameList::FreeKernel:
        return QObject::tr("free, tables");
    case FrameList::FreeData:
        return QObject::tr("free");
    case FrameList::Used:
        break;
    }
    return QObject::tr("used");
}

QString lengthOf(const FrameListView& list) {
    const QString length = grouped(list.length);
    switch (list.end) {
    case ListEnd::Longer:
        return QObject::tr("more than %1").arg(length);
    case ListEnd::Broken:
        return QObject::tr("%1, then broken").arg(length);
    case ListEnd::Whole:
        break;
    }
    return length;
}

} // namespace

std::vector<ChainRow> listRows(const Scene& scene) {
    std::vector<ChainRow> rows;
    for (const FrameListView& list : scene.frameLists()) {
        ChainRow row;
        row.name = nameOf(list.list);
        row.note = lengthOf(list);
        row.wrong = list.end == ListEnd::Broken;
        for (const FrameNumber frame : list.first) {
            row.links.push_back({QString::number(frame.value), frame.value, false});
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace fragscope
