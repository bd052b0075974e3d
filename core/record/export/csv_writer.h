#pragma once

#include "fragscope/record/export/output_file.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace fragscope {

enum class LineEnd : std::uint8_t {
    CrLf, ///< RFC 4180
    Lf,   ///< for awk, cut and the like
};

/// Rows of comma-separated values (RFC 4180, UTF-8 without a mark). Numbers have a point and their
/// shortest exact form whatever the locale; a field is quoted only if it must be; an empty field is
/// "no value".
class CsvWriter {
public:
    CsvWriter(OutputFile& out, LineEnd lineEnd);

    CsvWriter& text(std::string_view value);
    CsvWriter& number(std::uint64_t value);
    CsvWriter& real(double value);
    CsvWriter& hex(std::uint64_t value); ///< 0x1f
    CsvWriter& empty();

    void endRow();

    /// Rows ended so far, the header included.
    [[nodiscard]] std::uint64_t rows() const { return rows_; }

private:
    void separate();

    OutputFile& out_;
    std::string_view lineEnd_;
    std::string row_;
    std::size_t fields_ = 0;
    std::uint64_t rows_ = 0;
};

/// Shortest exact decimal form with a point, whatever the locale.
std::string decimal(double value);

} // namespace fragscope
