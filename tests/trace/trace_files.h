#pragma once

#include "fragscope/trace/read_trace.h"

#include <QByteArray>
#include <QFile>
#include <QTemporaryDir>

#include <string>
#include <string_view>

/// Helpers of the tests of traces.
namespace fragscope {

inline std::string sampleFile(const char* name) {
    return std::string(FRAGSCOPE_SOURCE_DIR "/tests/trace/data/") + name;
}

/// Files that live as long as the test.
class TraceFiles {
public:
    /// The path of a file with this content; empty if it cannot be written. Overwrites the last.
    std::string write(const QByteArray& content) const {
        QFile file(folder_.filePath("test.trace"));
        const bool whole = file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
        return whole ? file.fileName().toStdString() : std::string();
    }

    [[nodiscard]] std::string path(const char* name) const {
        return folder_.filePath(name).toStdString();
    }

private:
    QTemporaryDir folder_;
};

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// "a1:100@4" for an allocation with id 1 of 100 bytes on line 4, "f1@5", "r1>2:200@6", "bad@7".
inline std::string shown(const TraceOperation& operation) {
    const std::string id = std::to_string(operation.id);
    const std::string size = ":" + std::to_string(operation.size);
    const std::string line = "@" + std::to_string(operation.line);
    switch (operation.kind) {
    case TraceKind::Allocate:
        return "a" + id + size + line;
    case TraceKind::Free:
        return "f" + id + line;
    case TraceKind::Reallocate:
        return "r" + std::to_string(operation.oldId) + ">" + id + size + line;
    case TraceKind::Bad:
        break;
    }
    return "bad" + line;
}

/// All operations as above, separated by blanks.
inline std::string shown(const AllocationTrace& trace) {
    std::string all;
    for (const TraceOperation& operation : trace.operations) {
        all += (all.empty() ? "" : " ") + shown(operation);
    }
    return all;
}

} // namespace fragscope
