#include "fragscope/record/export/event_export.h"

#include "fragscope/record/export/event_rows.h"

namespace fragscope {

Expected<std::unique_ptr<EventExport>> EventExport::create(const std::string& path,
                                                           const EventExportOptions& options) {
    Expected<std::unique_ptr<Rows>> rows =
        options.format == EventFormat::Csv ? csvRows(path, {options.lineEnd}) : jsonRows(path);
    if (!rows) {
        return rows.error();
    }
    return std::unique_ptr<EventExport>(new EventExport(std::move(rows).value(), options));
}

EventExport::EventExport(std::unique_ptr<Rows> rows, const EventExportOptions& options)
    : rows_(std::move(rows)), options_(options) {}

EventExport::~EventExport() = default;

void EventExport::onEvent(const Event& event) {
    const bool wanted = options_.kinds.test(static_cast<std::size_t>(event.kind)) &&
                        event.seq >= options_.range.from && event.seq < options_.range.end;
    if (wanted && !rows_->stopped()) {
        rows_->write(event);
    }
}

bool EventExport::stopped() const {
    return rows_->stopped();
}

Expected<WriteEnd> EventExport::finish(const RunInfo& info) {
    return rows_->finish(info);
}

Expected<WriteEnd> exportEvents(RunFile& file,
                                std::int64_t run,
                                const std::string& path,
                                const EventExportOptions& options) {
    Expected<RunRecord> record = file.run(run);
    if (!record) {
        return record.error();
    }
    auto created = EventExport::create(path, options);
    if (!created) {
        return created.error();
    }
    EventExport& out = **created;
    Expected<Done> read = file.forEachEvent(run, options.range, [&](const Event& event) {
        out.onEvent(event);
        return !out.stopped();
    });
    if (!read) {
        return read.error(); // the half-written file goes with `created`
    }
    return out.finish(record->info);
}

} // namespace fragscope
