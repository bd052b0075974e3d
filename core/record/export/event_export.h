#pragma once

#include "fragscope/event/event_bus.h"
#include "fragscope/record/export/table.h"
#include "fragscope/record/run/run_file.h"

#include <memory>

namespace fragscope {

enum class EventFormat : std::uint8_t {
    Csv,
    JsonLines, ///< one JSON object per line
};

/// How events are written, and which.
struct EventExportOptions {
    EventFormat format = EventFormat::Csv;
    LineEnd lineEnd = LineEnd::CrLf; ///< of CSV
    KindSet kinds = KindSet().set();
    SeqRange range = {};
};

/// events.csv or events.jsonl: one row per event. Attach it to a live run, or use the function
/// below for a run file; the same events give the same bytes. Fields that a kind does not have are
/// empty (left out in JSON); addresses are 0x text, with page and frame as plain numbers beside
/// them.
class EventExport : public EventSink {
public:
    static Expected<std::unique_ptr<EventExport>> create(const std::string& path,
                                                         const EventExportOptions& options);
    ~EventExport() override;

    void onEvent(const Event& event) override;

    /// True once further events would be in vain (failed, or the reader left).
    [[nodiscard]] bool stopped() const;

    Expected<WriteEnd> finish(const RunInfo& info);

    struct Rows; ///< the form of the rows: CSV or JSON lines

private:
    EventExport(std::unique_ptr<Rows> rows, const EventExportOptions& options);

    std::unique_ptr<Rows> rows_;
    EventExportOptions options_;
};

/// Exports the recorded events of a run.
Expected<WriteEnd> exportEvents(RunFile& file,
                                std::int64_t run,
                                const std::string& path,
                                const EventExportOptions& options = {});

} // namespace fragscope
