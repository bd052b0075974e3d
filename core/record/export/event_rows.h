#pragma once

#include "fragscope/record/export/event_export.h"

#include <string>

namespace fragscope {

/// How events are written. Private to core/record/export.
struct EventExport::Rows {
    virtual ~Rows() = default;
    virtual void write(const Event& event) = 0;
    [[nodiscard]] virtual bool stopped() const = 0;
    virtual Expected<WriteEnd> finish(const RunInfo& info) = 0;
};

Expected<std::unique_ptr<EventExport::Rows>> csvRows(const std::string& path,
                                                     ExportOptions options);
Expected<std::unique_ptr<EventExport::Rows>> jsonRows(const std::string& path);

/// Which of its fields an event has: those that its kind names, and addresses other than 0.
struct EventFields {
    explicit EventFields(const Event& event);

    bool object;
    bool vaddr;
    bool paddr;
    bool size;
    bool value;
    bool a;
    bool b;
    bool rule;
};

/// Appends a JSON string in quotes.
void appendJsonString(std::string& out, std::string_view text);

} // namespace fragscope
