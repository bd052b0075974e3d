#include "commands/sweep_spec.h"

#include "fragscope/base/text.h"
#include "fragscope/scenario/toml_document.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace fragscope {

namespace {

using Kind = TomlValue::Kind;
using Entry = TomlValue::Entry;

constexpr std::uintmax_t mostBytes = 1U << 20;

/// Reads the keys of a sweep, collecting everything that is wrong.
class SweepReader {
public:
    SweepReader(SweepSpec& spec, std::vector<Error>& errors) : spec_(spec), errors_(errors) {}

    void read(const TomlValue& root) {
        const Entry* format = root.find("format");
        if (format == nullptr || !isOne(format->value)) {
            fail({1, 1}, "format", "a sweep begins with `format = 1`");
            return;
        }
        for (const Entry& entry : root.entries) {
            readRoot(entry);
        }
        if (spec_.scenario.empty()) {
            fail({1, 1}, "scenario", "which scenario is run?");
        }
        if (errors_.empty() && spec_.points() > SweepSpec::mostPoints) {
            fail({1, 1}, "axis",
                 fmt::format("{} points, the most are {}", spec_.points(), SweepSpec::mostPoints));
        }
    }

private:
    void fail(TextPlace place, std::string_view key, std::string reason) {
        Error error = badInput(std::move(reason));
        error.file = spec_.file;
        error.line = place.line;
        error.column = place.column;
        error.key = std::string(key);
        errors_.push_back(std::move(error));
    }

    static bool isOne(const TomlValue& value) {
        const auto* number = std::get_if<std::uint64_t>(&value.scalar);
        return value.kind == Kind::Scalar && number != nullptr && *number == 1;
    }

    void readRoot(const Entry& entry) {
        if (entry.key == "format") {
            return;
        }
        if (entry.key == "scenario") {
            readText(entry, spec_.scenario);
        } else if (entry.key == "set") {
            readTexts(entry, spec_.set);
        } else if (entry.key == "seeds") {
            readSeeds(entry);
        } else if (entry.key == "columns") {
            readTexts(entry, spec_.columns);
        } else if (entry.key == "axis") {
            readTables(entry, [this](const TomlValue& table) { readAxis(table); });
        } else {
            unknown(entry, "format, scenario, set, seeds, columns, axis");
        }
    }

    void readAxis(const TomlValue& table) {
        SweepAxis axis;
        for (const Entry& entry : table.entries) {
            if (entry.key == "name") {
                readText(entry, axis.name);
            } else if (entry.key == "value") {
                readTables(entry, [&](const TomlValue& value) { readValue(value, axis); });
            } else {
                unknown(entry, "name, value");
            }
        }
        if (axis.name.empty() || axis.values.empty()) {
            fail(table.place, "axis", "an axis needs a `name` and at least one [[axis.value]]");
        }
        spec_.axes.push_back(std::move(axis));
    }

    void readValue(const TomlValue& table, SweepAxis& axis) {
        SweepValue value;
        for (const Entry& entry : table.entries) {
            if (entry.key == "name") {
                readText(entry, value.name);
            } else if (entry.key == "set") {
                readTexts(entry, value.set);
            } else {
                unknown(entry, "name, set");
            }
        }
        if (value.name.empty()) {
            fail(table.place, "axis.value", "a value needs a `name`");
        }
        axis.values.push_back(std::move(value));
    }

    void unknown(const Entry& entry, std::string_view known) {
        fail(entry.keyPlace, entry.key, fmt::format("unknown key; known here: {}", known));
    }

    void readText(const Entry& entry, std::string& target) {
        const auto* text = std::get_if<std::string>(&entry.value.scalar);
        if (entry.value.kind != Kind::Scalar || text == nullptr || text->empty()) {
            fail(entry.value.place, entry.key, "expected a text");
            return;
        }
        target = *text;
    }

    void readTexts(const Entry& entry, std::vector<std::string>& target) {
        const auto* texts = std::get_if<std::vector<std::string>>(&entry.value.scalar);
        if (entry.value.kind != Kind::List || texts == nullptr) {
            fail(entry.value.place, entry.key, "expected a list of texts");
            return;
        }
        target = *texts;
    }

    void readSeeds(const Entry& entry) {
        std::vector<std::string> texts;
        readTexts(entry, texts);
        spec_.seeds.clear();
        for (const std::string& text : texts) {
            const auto seed = parseUnsigned(text);
            if (!seed) {
                fail(entry.value.place, "seeds", fmt::format("`{}` is not a whole number", text));
                continue;
            }
            spec_.seeds.push_back(*seed);
        }
        if (texts.empty()) {
            fail(entry.value.place, "seeds", "at least one");
        }
    }

    template <class Read> void readTables(const Entry& entry, Read read) {
        if (entry.value.kind != Kind::TableList) {
            fail(entry.value.place, entry.key, "expected [[tables]]");
            return;
        }
        for (const TomlValue& table : entry.value.tables) {
            read(table);
        }
    }

    SweepSpec& spec_;
    std::vector<Error>& errors_;
};

Expected<std::string> readAll(const std::string& path) {
    std::error_code problem;
    const std::uintmax_t bytes = std::filesystem::file_size(path, problem);
    if (problem || bytes > mostBytes) {
        Error error = badInput(problem ? "no such file" : "larger than 1 MiB");
        error.file = path;
        return error;
    }
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) {
        return systemRefused(path, "cannot be read");
    }
    return text;
}

/// A scenario that is a file beside the sweep is meant, else a name.
std::string besideFile(const std::string& sweep, const std::string& scenario) {
    const auto file = std::filesystem::path(sweep).parent_path() / scenario;
    std::error_code problem;
    return std::filesystem::is_regular_file(file, problem) ? file.string() : scenario;
}

} // namespace

std::uint64_t SweepSpec::combinations() const {
    std::uint64_t product = 1;
    for (const SweepAxis& axis : axes) {
        product *= axis.values.size();
        if (product > mostPoints) {
            return product; // too many anyway; no overflow
        }
    }
    return product;
}

SweepPoint sweepPoint(const SweepSpec& spec, std::uint64_t number) {
    SweepPoint point{.number = number, .values = {}, .seed = 0, .assignments = spec.set};
    point.seed = spec.seeds.at(number % spec.seeds.size());
    std::uint64_t rest = number / spec.seeds.size();
    std::vector<const SweepValue*> values(spec.axes.size());
    for (std::size_t axis = spec.axes.size(); axis-- > 0;) {
        const auto& choices = spec.axes[axis].values;
        values[axis] = &choices[rest % choices.size()];
        rest /= choices.size();
    }
    for (const SweepValue* value : values) {
        point.assignments.insert(point.assignments.end(), value->set.begin(), value->set.end());
    }
    point.assignments.push_back(fmt::format("seed={}", point.seed));
    point.values = std::move(values);
    return point;
}

std::optional<SweepSpec> loadSweep(const std::string& path, std::vector<Error>& errors) {
    SweepSpec spec;
    spec.file = path;
    const auto text = readAll(path);
    if (!text) {
        errors.push_back(text.error());
        return std::nullopt;
    }
    const auto root = parseToml(*text);
    if (!root) {
        errors.push_back(root.error());
        errors.back().file = path;
        return std::nullopt;
    }
    SweepReader(spec, errors).read(*root);
    spec.scenario = besideFile(path, spec.scenario);
    return errors.empty() ? std::optional(std::move(spec)) : std::nullopt;
}

} // namespace fragscope
