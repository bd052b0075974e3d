#pragma once

#include "fragscope/record/export/csv_writer.h"

#include <memory>

namespace fragscope {

/// A CSV file under way. It appears under its name when `file.finish()` succeeds.
struct CsvTable {
    explicit CsvTable(OutputFile opened) : file(std::move(opened)), csv(file, LineEnd::CrLf) {}

    CsvTable(const CsvTable&) = delete; // csv refers to file
    CsvTable& operator=(const CsvTable&) = delete;

    OutputFile file;
    CsvWriter csv;
};

/// "-" is standard output. Error: the file cannot be made.
inline Expected<std::unique_ptr<CsvTable>> openTable(const std::string& path) {
    auto file = OutputFile::create(path);
    if (!file) {
        return file.error();
    }
    return std::make_unique<CsvTable>(std::move(file).value());
}

} // namespace fragscope
