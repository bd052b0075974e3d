#include "fragscope/record/export/event_rows.h"

#include "fragscope/view/explain.h"

#include <fmt/format.h>
#include <iterator>

namespace fragscope {

namespace {

std::vector<Column> eventColumnsOfCsv() {
    return {
        {"seq", "integer", "", "Number of the event within the run."},
        {"time_cycles", "integer", "cycles", "Clock of the CPU at the start of the step."},
        {"kind", "text", "", "What happened; see kinds."},
        {"cpu", "integer", "", "CPU that did it."},
        {"task", "integer", "", "Task that did it; 0 is the machine itself."},
        {"line", "integer", "", "Line of the task's listing; 0 is none."},
        {"rule", "text", "", "Why: name of the rule applied."},
        {"object", "integer", "", "Process, TLB slot, ...: see kinds."},
        {"vaddr", "address", "", "Virtual address."},
        {"paddr", "address", "", "Physical address."},
        {"page", "integer", "", "Virtual address / 4096."},
        {"frame", "integer", "", "Physical address / 4096."},
        {"size_bytes", "integer", "bytes", "Length of a load or store."},
        {"value", "integer", "", "See kinds."},
        {"a", "integer", "", "See kinds."},
        {"b", "integer", "", "See kinds."},
        {"reason", "text", "", "The rule as a sentence, with its operands."},
    };
}

class CsvRows : public EventExport::Rows {
public:
    explicit CsvRows(Table table) : table_(std::move(table)) {}

    void write(const Event& event) override;

    [[nodiscard]] bool stopped() const override { return table_.stopped(); }

    Expected<WriteEnd> finish(const RunInfo& info) override {
        return table_.finish(info, MetaTopic::Events);
    }

private:
    void writeAddresses(const Event& event, const EventFields& has);

    void numberIf(bool has, std::uint64_t value) {
        has ? table_.row().number(value) : table_.row().empty();
    }

    Table table_;
};

void CsvRows::write(const Event& event) {
    const EventFields has(event);
    CsvWriter& row = table_.row();
    row.number(event.seq).number(event.timeCycles).text(infoOf(event.kind).name);
    row.number(event.cpu).number(event.task).number(event.line);
    row.text(has.rule ? nameOf(event.rule) : "");
    numberIf(has.object, event.object);
    writeAddresses(event, has);
    numberIf(has.size, event.size);
    numberIf(has.value, event.value);
    numberIf(has.a, event.a);
    numberIf(has.b, event.b);
    row.text(has.rule ? reasonOf(event) : std::string());
    row.endRow();
}

void CsvRows::writeAddresses(const Event& event, const EventFields& has) {
    CsvWriter& row = table_.row();
    has.vaddr ? row.hex(event.vaddr) : row.empty();
    has.paddr ? row.hex(event.paddr) : row.empty();
    numberIf(has.vaddr, pageOf(VirtAddr(event.vaddr)).value);
    numberIf(has.paddr, frameOf(PhysAddr(event.paddr)).value);
}

class JsonRows : public EventExport::Rows {
public:
    explicit JsonRows(OutputFile out) : out_(std::move(out)) {}

    void write(const Event& event) override;

    [[nodiscard]] bool stopped() const override { return out_.stopped(); }

    Expected<WriteEnd> finish(const RunInfo&) override { return out_.finish(); }

private:
    void number(bool has, std::string_view name, std::uint64_t value) {
        if (has) {
            fmt::format_to(std::back_inserter(line_), ",\"{}\":{}", name, value);
        }
    }

    void address(bool has, std::string_view name, std::uint64_t value) {
        if (has) {
            fmt::format_to(std::back_inserter(line_), ",\"{}\":\"0x{:x}\"", name, value);
        }
    }

    OutputFile out_;
    std::string line_;
};

void JsonRows::write(const Event& event) {
    const EventFields has(event);
    line_.clear();
    fmt::format_to(std::back_inserter(line_),
                   R"({{"seq":{},"time_cycles":{},"kind":"{}","cpu":{},"task":{},"line":{})",
                   event.seq, event.timeCycles, infoOf(event.kind).name, event.cpu, event.task,
                   event.line);
    number(has.object, "object", event.object);
    address(has.vaddr, "vaddr", event.vaddr);
    address(has.paddr, "paddr", event.paddr);
    number(has.size, "size_bytes", event.size);
    number(has.value, "value", event.value);
    number(has.a, "a", event.a);
    number(has.b, "b", event.b);
    if (has.rule) {
        fmt::format_to(std::back_inserter(line_), R"(,"rule":"{}","reason":)", nameOf(event.rule));
        appendJsonString(line_, reasonOf(event));
    }
    line_ += "}\n";
    out_.write(line_);
}

} // namespace

EventFields::EventFields(const Event& event)
    : object(!infoOf(event.kind).object.empty()), vaddr(event.vaddr != 0), paddr(event.paddr != 0),
      size(event.size != 0), value(!infoOf(event.kind).value.empty()),
      a(!infoOf(event.kind).a.empty()), b(!infoOf(event.kind).b.empty()),
      rule(event.rule != Rule::None) {}

void appendJsonString(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

Expected<std::unique_ptr<EventExport::Rows>> csvRows(const std::string& path,
                                                     ExportOptions options) {
    Expected<Table> table = Table::create(path, eventColumnsOfCsv(), options);
    if (!table) {
        return table.error();
    }
    return std::unique_ptr<EventExport::Rows>(std::make_unique<CsvRows>(std::move(table).value()));
}

Expected<std::unique_ptr<EventExport::Rows>> jsonRows(const std::string& path) {
    Expected<OutputFile> out = OutputFile::create(path);
    if (!out) {
        return out.error();
    }
    return std::unique_ptr<EventExport::Rows>(std::make_unique<JsonRows>(std::move(out).value()));
}

} // namespace fragscope
