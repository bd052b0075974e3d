#include "fragscope/record/export/table.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace fragscope {

namespace {

using Json = nlohmann::ordered_json;

Json columnsJson(const std::vector<Column>& columns) {
    Json list = Json::array();
    for (const Column& column : columns) {
        Json entry;
        entry["name"] = column.name;
        entry["type"] = column.type;
        if (!column.unit.empty()) {
            entry["unit"] = column.unit;
        }
        entry["meaning"] = column.meaning;
        list.push_back(std::move(entry));
    }
    return list;
}

Json kindsJson() {
    Json list = Json::array();
    for (const EventKindInfo& info : allEventKinds()) {
        Json entry;
        entry["kind"] = info.name;
        entry["meaning"] = info.sentence;
        const std::array<std::pair<const char*, std::string_view>, 4> fields{
            {{"object", info.object}, {"value", info.value}, {"a", info.a}, {"b", info.b}}};
        for (const auto& [field, name] : fields) {
            if (!name.empty()) {
                entry[field] = name;
            }
        }
        list.push_back(std::move(entry));
    }
    return list;
}

} // namespace

Expected<Table>
Table::create(const std::string& path, std::vector<Column> columns, ExportOptions options) {
    Expected<OutputFile> out = OutputFile::create(path);
    if (!out) {
        return out.error();
    }
    Table table(path, std::make_unique<OutputFile>(std::move(out).value()), std::move(columns),
                options);
    for (const Column& column : table.columns_) {
        table.csv_.text(column.name);
    }
    table.csv_.endRow();
    return table;
}

Table::Table(std::string path,
             std::unique_ptr<OutputFile> out,
             std::vector<Column> columns,
             ExportOptions options)
    : path_(std::move(path)), out_(std::move(out)), columns_(std::move(columns)),
      csv_(*out_, options.lineEnd) {}

Expected<WriteEnd> Table::finish(const RunInfo& info, MetaTopic topic) {
    Expected<WriteEnd> end = out_->finish();
    if (!end || path_ == "-") {
        return end;
    }
    return writeFile(metaPath(path_), metaText(path_, info, csv_.rows() - 1, columns_, topic));
}

std::string metaPath(const std::string& path) {
    return std::filesystem::path(path).replace_extension(".meta.json").string();
}

std::string metaText(const std::string& path,
                     const RunInfo& info,
                     std::uint64_t rows,
                     const std::vector<Column>& columns,
                     MetaTopic topic) {
    Json meta;
    meta["file"] = std::filesystem::path(path).filename().string();
    meta["run"] = info.name;
    meta["scenario"] = info.scenarioName;
    meta["run_key"] = runKey(info);
    meta["seed"] = std::to_string(info.seed); // text: may exceed what a double holds
    meta["behaviour_version"] = info.behaviourVersion;
    meta["program_version"] = info.programVersion;
    meta["rows"] = rows;
    meta["columns"] = columnsJson(columns);
    if (topic == MetaTopic::Events) {
        meta["kinds"] = kindsJson();
    }
    return meta.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Expected<WriteEnd> writeFile(const std::string& path, std::string_view bytes) {
    Expected<OutputFile> out = OutputFile::create(path);
    if (!out) {
        return out.error();
    }
    out.value().write(bytes);
    return out.value().finish();
}

} // namespace fragscope
