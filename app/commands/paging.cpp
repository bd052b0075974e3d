#include "commands/paging.h"

#include "fragscope/base/text.h"
#include "fragscope/kernel/replacement/pager.h"
#include "fragscope/kernel/replacement/policies.h"
#include "fragscope/kernel/replacement/reference_string.h"
#include "fragscope/record/export/csv_writer.h"

#include "commands/command_line.h"
#include "commands/number_option.h"
#include "commands/run.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace fragscope {

namespace {

namespace fs = std::filesystem;
using namespace replacement;

constexpr std::uint64_t maxFrames = std::uint64_t{1} << 20; ///< 4 GiB of memory
constexpr std::uintmax_t maxFileBytes = std::uintmax_t{1} << 30;

/// What the options ask for, read and checked.
struct PagingJob {
    PolicyKind policy = PolicyKind::Fifo;
    Settings settings;
    ReferenceString string;
};

Error inFile(const std::string& path, std::string reason) {
    Error error = badInput(std::move(reason));
    error.file = path;
    return error;
}

Error inOption(std::string_view option, Error error) {
    error.code = ExitCode::Usage;
    error.file = std::string(option);
    return error;
}

/// The contents of a file, or of a pipe.
Expected<std::string> readAll(const std::string& path) {
    std::error_code problem;
    const auto status = fs::status(path, problem);
    if (status.type() == fs::file_type::not_found) {
        return inFile(path, "there is no such file");
    }
    if (status.type() == fs::file_type::directory) {
        return inFile(path, "not a file");
    }
    if (status.type() == fs::file_type::regular && fs::file_size(path, problem) > maxFileBytes) {
        return inFile(path, "too large for a reference string: more than 1 GiB");
    }
    std::ifstream file(path, std::ios::binary);
    std::string contents{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) {
        return systemRefused(path, "cannot be read");
    }
    return contents;
}

Expected<ReferenceString> readString(const PagingOptions& options) {
    if (options.refs.has_value() == options.refsFile.has_value()) {
        return usageError("either --refs or --refs-file says which pages are used");
    }
    if (options.refs) {
        auto string = parseReferences(*options.refs);
        return string ? std::move(string) : inOption("--refs", string.error());
    }
    const auto contents = readAll(*options.refsFile);
    if (!contents) {
        return contents.error();
    }
    auto string = parseReferences(*contents);
    if (!string) {
        Error error = string.error();
        error.file = *options.refsFile;
        return error;
    }
    return string;
}

Expected<Done> applyAssignment(Settings& settings, const std::string& assignment) {
    const std::size_t sign = assignment.find('=');
    if (sign == std::string::npos) {
        return badInput(fmt::format("`{}` is not KEY=VALUE", assignment));
    }
    const std::string_view text = assignment;
    return applySetting(settings, text.substr(0, sign), text.substr(sign + 1));
}

Expected<PagingJob> prepare(const PagingOptions& options) {
    PagingJob job;
    const auto policy = parsePolicy(options.policy);
    if (!policy) {
        return inOption("--policy", policy.error());
    }
    job.policy = *policy;
    if (options.frames == 0 || options.frames > maxFrames) {
        return usageError(
            fmt::format("--frames: {} is outside 1 to {}", options.frames, maxFrames));
    }
    for (const std::string& assignment : options.set) {
        if (const auto applied = applyAssignment(job.settings, assignment); !applied) {
            return inOption("--set", applied.error());
        }
    }
    auto string = readString(options);
    if (!string) {
        return string.error();
    }
    job.string = std::move(string).value();
    return job;
}

std::string framesText(const Pager& pager) {
    std::string text;
    for (const PageNumber page : pager.frames()) {
        fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ";", page.value);
    }
    return text;
}

/// One bit for each slot in use; Clock fills the slots in order and never empties one.
std::string bitsText(const ClockState& clock, std::size_t used) {
    std::string text;
    for (std::size_t slot = 0; slot < used; ++slot) {
        text += slot == 0 ? "" : ";";
        text += clock.referenced[slot] ? '1' : '0';
    }
    return text;
}

void writeHeader(CsvWriter& csv, const Pager& pager) {
    csv.text("step").text("page").text("hit").text("victim").text("frames");
    if (pager.clock() != nullptr) {
        csv.text("refbits").text("hand");
    }
    csv.endRow();
}

void writeRow(CsvWriter& csv, const Pager& pager, PageNumber page, const Step& step) {
    csv.number(pager.totals().references).number(page.value).number(step.hit ? 1 : 0);
    if (step.victim) {
        csv.number(step.victim->value);
    } else {
        csv.empty();
    }
    csv.text(framesText(pager));
    if (const ClockState* clock = pager.clock()) {
        const auto used = pager.totals().faults - pager.totals().evictions;
        csv.text(bitsText(*clock, used)).number(clock->hand);
    }
    csv.endRow();
}

void printTotals(const PagingJob& job, const Totals& totals, std::ostream& err) {
    err << fmt::format("references: {}\nhits: {}\nfaults: {}\n", totals.references, totals.hits,
                       totals.faults);
    const bool writes = std::any_of(job.string.begin(), job.string.end(), [](Reference reference) {
        return reference.use == Use::Write;
    });
    if (writes) {
        err << fmt::format("dirty_evictions: {}\n", totals.dirtyEvictions);
    }
}

} // namespace

int runPagingCommand(const PagingOptions& options, CommandStreams& streams) {
    const auto job = prepare(options);
    if (!job) {
        return reportError(streams, job.error());
    }
    auto created = OutputFile::create(options.output);
    if (!created) {
        return reportError(streams, created.error());
    }
    OutputFile file = std::move(created).value();
    Pager pager(options.frames, makePolicy(job->policy, {options.frames, job->settings,
                                                         options.seed, job->string}));
    CsvWriter csv(file, LineEnd::CrLf);
    writeHeader(csv, pager);
    for (const Reference reference : job->string) {
        if (stopWasRequested()) {
            streams.err << "fragscope-cli: interrupted\n";
            return static_cast<int>(ExitCode::Interrupted);
        }
        const Step step = pager.reference(reference);
        if (!file.stopped()) { // the totals are wanted even if nobody reads the rows
            writeRow(csv, pager, reference.page, step);
        }
    }
    if (const auto written = file.finish(); !written) {
        return reportError(streams, written.error());
    }
    printTotals(*job, pager.totals(), streams.err);
    return static_cast<int>(ExitCode::Good);
}

void addPagingCommand(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<PagingOptions>();
    CLI::App* command =
        app.add_subcommand("paging", "Replay a reference string under a replacement policy");
    std::string policies;
    for (const PolicyInfo& policy : allPolicies()) {
        policies += (policies.empty() ? "" : ", ") + std::string(policy.name);
    }
    command->add_option("--policy", options->policy, policies)->required()->type_name("NAME");
    addNumber(*command, "--frames", options->frames, "Frames, at least 1")->required();
    command->add_option("--refs", options->refs, "Page numbers; `7w` writes page 7")
        ->type_name("1,2,3,...");
    command->add_option("--refs-file", options->refsFile, "A file of page numbers")->type_name("F");
    std::string keys = "Change a setting; may be repeated:";
    for (const SettingInfo& setting : allSettings()) {
        keys += fmt::format(" {}={} ({})", setting.key, setting.defaultValue, setting.values);
    }
    command->add_option("--set", options->set, keys)
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    addNumber(*command, "--seed", options->seed, "Seed of the policy random, 1 by default");
    command->add_option("-o,--output", options->output, "A file, or - for standard output")
        ->type_name("FILE");
    command->callback([options, &chosen] {
        chosen = [options](CommandStreams& streams) { return runPagingCommand(*options, streams); };
    });
}

} // namespace fragscope
