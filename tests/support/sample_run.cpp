#include "support/sample_run.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdexcept>

namespace fragscope::test {

namespace {

constexpr std::uint64_t endless = 10'000'000;

/// The word for an event that says that something went wrong, or nothing.
std::string wordFor(const Event& event) {
    switch (event.kind) {
    case EventKind::LostWrite:
    case EventKind::StaleRead:
    case EventKind::ForeignAccess:
    case EventKind::StampBroken:
        return std::string(infoOf(event.kind).name);
    case EventKind::InvariantBroken:
        return fmt::format("I{}", event.value);
    case EventKind::ProcessKilled:
        return fmt::format("killed {}", nameOf(event.rule));
    default:
        return {};
    }
}

} // namespace

SampleRun::SampleRun(const RunConfig& config, RecordLevel level) {
    bus_.attach(*this, kindsOf(level));
    auto made = Machine::create(config, bus_);
    if (!made) {
        throw std::runtime_error(made.error().text());
    }
    machine_ = std::move(made).value();
}

SampleRun::~SampleRun() {
    bus_.detach(*this);
}

SampleRun& SampleRun::finish() {
    (void)machine_->advance(nullptr, endless);
    return *this;
}

std::vector<Event> SampleRun::all(EventKind kind) const {
    std::vector<Event> found;
    std::copy_if(log.begin(), log.end(), std::back_inserter(found),
                 [&](const Event& event) { return event.kind == kind; });
    return found;
}

std::size_t SampleRun::count(EventKind kind) const {
    return all(kind).size();
}

std::size_t SampleRun::count(EventKind kind, Rule rule) const {
    const auto matches = [&](const Event& event) {
        return event.kind == kind && event.rule == rule;
    };
    return static_cast<std::size_t>(std::count_if(log.begin(), log.end(), matches));
}

std::uint64_t SampleRun::largest(EventKind kind) const {
    std::uint64_t most = 0;
    for (const Event& event : all(kind)) {
        most = std::max(most, event.value);
    }
    return most;
}

std::uint64_t SampleRun::sum(EventKind kind) const {
    std::uint64_t total = 0;
    for (const Event& event : all(kind)) {
        total += event.value;
    }
    return total;
}

std::set<std::string> SampleRun::violations() const {
    std::set<std::string> words;
    for (const Event& event : log) {
        if (std::string word = wordFor(event); !word.empty()) {
            words.insert(std::move(word));
        }
    }
    const Rule end = machine_->endRule();
    if (end != Rule::AllDone) {
        words.insert(end == Rule::None ? "endless" : std::string(nameOf(end)));
    }
    return words;
}

std::string SampleRun::violationText() const {
    return fmt::format("{}", fmt::join(violations(), ", "));
}

} // namespace fragscope::test
