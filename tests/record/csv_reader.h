#pragma once

#include <string>
#include <vector>

namespace fragscope {

/// An independent reader of RFC 4180, by its grammar: rows of fields, and whether the text is well
/// formed (every line ended by `lineEnd`, quotes only around whole fields). Used to test the
/// writer.
struct CsvText {
    std::vector<std::vector<std::string>> rows;
    bool wellFormed = true;
};

inline CsvText parseCsv(const std::string& text, const std::string& lineEnd) {
    CsvText csv;
    std::size_t at = 0;
    while (at < text.size() && csv.wellFormed) {
        std::vector<std::string> row;
        bool more = true;
        while (more) {
            std::string field;
            if (at < text.size() && text[at] == '"') {
                ++at;
                while (at < text.size() && !(text[at] == '"' && text.compare(at, 2, "\"\"") != 0)) {
                    at += text[at] == '"' ? 1U : 0U;
                    field += text[at++];
                }
                csv.wellFormed = csv.wellFormed && at < text.size();
                ++at;
            } else {
                while (at < text.size() && text[at] != ',' && text[at] != '\r' &&
                       text[at] != '\n') {
                    csv.wellFormed = csv.wellFormed && text[at] != '"';
                    field += text[at++];
                }
            }
            row.push_back(field);
            more = at < text.size() && text[at] == ',';
            at += more ? 1U : 0U;
        }
        csv.wellFormed = csv.wellFormed && text.compare(at, lineEnd.size(), lineEnd) == 0;
        at += lineEnd.size();
        csv.rows.push_back(row);
    }
    return csv;
}

} // namespace fragscope
