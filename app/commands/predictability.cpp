#include "commands/predictability.h"

#include "fragscope/alloc/heap.h"

#include "commands/command_line.h"
#include "commands/number_option.h"
#include "commands/predictability_tables.h"
#include "commands/run.h"
#include <fmt/format.h>

namespace fragscope {

namespace {

constexpr std::uint64_t mostOrders = 100'000;

AllocatorOptions withDefaults(AllocatorOptions options) {
    if (options.allocators.empty()) {
        for (const AllocatorInfo& info : allocatorInfos()) {
            if (servesGeneralSizes(info.kind)) {
                options.allocators.emplace_back(info.name);
            }
        }
    }
    return options;
}

PredictabilityPlan planOf(const PredictabilityOptions& options) {
    PredictabilityPlan plan;
    plan.curves.seed = options.seed;
    plan.orders.seed = options.seed;
    plan.orders.orders = options.orders;
    return plan;
}

Expected<Predictability>
measure(const NamedAllocator& allocator, const PredictabilityPlan& plan, CommandStreams& streams) {
    std::string shown;
    const auto progress = [&](const std::string& what) {
        if (streams.showProgress && what != shown) {
            streams.err << fmt::format("\r\033[K{}: {}", allocator.name, what) << std::flush;
            shown = what;
        }
        return !stopWasRequested();
    };
    std::optional<Predictability> measured;
    try {
        measured = measurePredictability(allocator.settings, plan, progress);
    } catch (const HeapDamaged& found) {
        Error error = badInput(fmt::format("the words of the heap are damaged: {} at address {}",
                                           found.found, found.at.value));
        error.code = ExitCode::ExpectationFailed;
        error.file = allocator.name;
        return error;
    }
    if (streams.showProgress) {
        streams.err << "\r\033[K" << std::flush;
    }
    if (!measured) {
        Error error = badInput("interrupted");
        error.code = ExitCode::Interrupted;
        return error;
    }
    return std::move(*measured);
}

Expected<Done> run(const PredictabilityOptions& options, CommandStreams& streams) {
    if (options.orders == 0 || options.orders > mostOrders) {
        return usageError(
            fmt::format("--orders: {} is outside 1 to {}", options.orders, mostOrders));
    }
    const auto all = prepareAllocators(withDefaults(options.allocators));
    if (!all) {
        return all.error();
    }
    for (const NamedAllocator& allocator : *all) {
        if (!servesGeneralSizes(allocator.settings.kind)) {
            return usageError(fmt::format("--allocator: `{}` gives out whole pages only; the "
                                          "objects measured here are smaller",
                                          allocator.name));
        }
    }
    auto created = PredictabilityTables::create(options.csv);
    if (!created) {
        return created.error();
    }
    PredictabilityTables tables = std::move(created).value();
    for (const NamedAllocator& allocator : *all) {
        const auto measured = measure(allocator, planOf(options), streams);
        if (!measured) {
            return measured.error();
        }
        tables.add(allocator.name, *measured);
    }
    return tables.finish();
}

} // namespace

int runPredictabilityCommand(const PredictabilityOptions& options, CommandStreams& streams) {
    const auto ran = run(options, streams);
    return ran ? static_cast<int>(ExitCode::Good) : reportError(streams, ran.error());
}

void addPredictabilityCommand(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<PredictabilityOptions>();
    CLI::App* command = app.add_subcommand(
        "predictability", "Measure how far allocators are predictable in time and in space");
    addAllocatorOptions(*command, options->allocators);
    addNumber(*command, "--orders", options->orders,
              "Random orders of the same operations, 100 by default");
    addNumber(*command, "--seed", options->seed, "Seed of all that is random, 1 by default");
    command
        ->add_option("--csv", options->csv,
                     "Folder for references.csv, reference_histogram.csv, fitted.csv, orders.csv, "
                     "orders_each.csv and solution_space.csv; without it the last one goes to "
                     "standard output")
        ->type_name("DIR");
    command->callback([options, &chosen] {
        chosen = [options](CommandStreams& streams) {
            return runPredictabilityCommand(*options, streams);
        };
    });
}

} // namespace fragscope
