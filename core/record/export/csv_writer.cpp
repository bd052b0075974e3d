#include "fragscope/record/export/csv_writer.h"

#include <array>
#include <charconv>

namespace fragscope {

namespace {

/// Enough for every 64-bit integer and every shortest double.
using Digits = std::array<char, 32>;

template <class... Form> std::string_view digitsOf(Digits& digits, Form... form) {
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), form...);
    return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

} // namespace

std::string decimal(double value) {
    Digits digits;
    return std::string(digitsOf(digits, value));
}

CsvWriter::CsvWriter(OutputFile& out, LineEnd lineEnd)
    : out_(out), lineEnd_(lineEnd == LineEnd::CrLf ? "\r\n" : "\n") {}

void CsvWriter::separate() {
    if (fields_++ != 0) {
        row_ += ',';
    }
}

CsvWriter& CsvWriter::text(std::string_view value) {
    separate();
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
        row_ += value;
        return *this;
    }
    row_ += '"';
    for (const char c : value) {
        row_.append(c == '"' ? 2 : 1, c);
    }
    row_ += '"';
    return *this;
}

CsvWriter& CsvWriter::number(std::uint64_t value) {
    separate();
    Digits digits;
    row_ += digitsOf(digits, value);
    return *this;
}

CsvWriter& CsvWriter::real(double value) {
    separate();
    Digits digits;
    row_ += digitsOf(digits, value);
    return *this;
}

CsvWriter& CsvWriter::hex(std::uint64_t value) {
    separate();
    Digits digits;
    row_ += "0x";
    row_ += digitsOf(digits, value, 16);
    return *this;
}

CsvWriter& CsvWriter::empty() {
    separate();
    return *this;
}

void CsvWriter::endRow() {
    if (row_.empty()) {
        row_ = "\"\""; // a row of one empty field; an empty line would be no row at all
    }
    row_ += lineEnd_;
    out_.write(row_);
    row_.clear();
    fields_ = 0;
    ++rows_;
}

} // namespace fragscope
