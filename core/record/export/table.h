#pragma once

#include "fragscope/record/export/csv_writer.h"
#include "fragscope/record/run/run_info.h"

#include <string>
#include <string_view>
#include <vector>

namespace fragscope {

/// A column of an exported table, as its .meta.json explains it.
struct Column {
    std::string name;    ///< ASCII, with the unit where there is one
    std::string type;    ///< integer, real, text or address (0x...)
    std::string unit;    ///< cycles, bytes, ...; empty if none
    std::string meaning; ///< one sentence
};

/// What a .meta.json explains besides the columns.
enum class MetaTopic : std::uint8_t {
    Results,
    Events, ///< what object, value, a and b mean for each kind
};

/// What every export can be told.
struct ExportOptions {
    LineEnd lineEnd = LineEnd::CrLf;
};

/// A CSV file with its header, to which rows are written, and the NAME.meta.json beside it.
class Table {
public:
    /// Writes the header. `path` "-" is standard output, which gets no .meta.json.
    static Expected<Table>
    create(const std::string& path, std::vector<Column> columns, ExportOptions options);

    CsvWriter& row() { return csv_; }

    /// True once further rows would be in vain.
    [[nodiscard]] bool stopped() const { return out_->stopped(); }

    /// Completes the file, then writes the description of its columns for the run `info`.
    Expected<WriteEnd> finish(const RunInfo& info, MetaTopic topic = MetaTopic::Results);

private:
    Table(std::string path,
          std::unique_ptr<OutputFile> out,
          std::vector<Column> columns,
          ExportOptions options);

    std::string path_;
    std::unique_ptr<OutputFile> out_;
    std::vector<Column> columns_;
    CsvWriter csv_;
};

/// "out/metrics.csv" -> "out/metrics.meta.json".
std::string metaPath(const std::string& path);

/// The text of a .meta.json: file name, run, key, seed, versions, rows and columns. No dates: the
/// same run gives the same bytes.
std::string metaText(const std::string& path,
                     const RunInfo& info,
                     std::uint64_t rows,
                     const std::vector<Column>& columns,
                     MetaTopic topic);

/// Writes a whole small file.
Expected<WriteEnd> writeFile(const std::string& path, std::string_view bytes);

} // namespace fragscope
