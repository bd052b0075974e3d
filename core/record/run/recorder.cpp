#include "fragscope/record/run/recorder.h"

#include "fragscope/record/run/event_queue.h"
#include "fragscope/record/run/run_writer.h"

#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <utility>

namespace fragscope {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t commitEvents = 65536;
constexpr std::size_t queueEvents = 2 * commitEvents; ///< one part fills while the other is written
constexpr auto commitPeriod = 250ms;
constexpr auto beatPeriod = 3s;
/// Left open between two full commits, so that another recorder of the same file gets its turn.
constexpr auto courtesy = 1ms;

struct Input {
    std::uint64_t seq;
    std::string kind;
    std::string args;
};

struct Choice {
    std::string label;
    std::uint64_t options;
    std::uint64_t chosen;
};

} // namespace

struct Recorder::Impl {
    explicit Impl(std::unique_ptr<RunWriter> w) : writer(std::move(w)) {}

    /// The body of the writer thread.
    void writeUntilClosed();
    void writeSome(std::size_t count);
    void writeInputs();
    void publish();
    void giveUp();
    void stopThread();
    bool hasInputs();

    EventQueue queue{queueEvents};
    std::unique_ptr<RunWriter> writer; ///< of the writer thread until it has ended
    std::uint64_t offered = 0;         ///< events so far; of the thread that calls onEvent
    bool finished = false;
    bool gaveUp = false; ///< of the writer thread: nothing more is written after a failure

    mutable std::mutex mutex; ///< guards what follows
    std::vector<Input> inputs;
    std::vector<Choice> choices;
    std::optional<Error> failure;
    RunWriter::Saved saved;

    std::thread thread; ///< last: it uses all of the above
};

Expected<std::unique_ptr<Recorder>> Recorder::create(const std::string& path, const RunInfo& info) {
    return create(path, info, Options{});
}

Expected<std::unique_ptr<Recorder>>
Recorder::create(const std::string& path, const RunInfo& info, Options options) {
    Expected<std::unique_ptr<RunWriter>> writer =
        RunWriter::create(path, info, {options.maxFileBytes});
    if (!writer) {
        return writer.error();
    }
    auto impl = std::make_unique<Impl>(std::move(writer).value());
    return std::unique_ptr<Recorder>(new Recorder(std::move(impl)));
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
    impl_->thread = std::thread([state = impl_.get()] { state->writeUntilClosed(); });
}

Recorder::~Recorder() {
    impl_->stopThread();
}

void Recorder::onEvent(const Event& event) {
    if (event.kind == EventKind::PageImage) {
        return; // a picture for the view, not a change of its own
    }
    ++impl_->offered;
    impl_->queue.push(event); // refuses after a failure; then the event is lost
}

void Recorder::addInput(std::uint64_t seq, std::string kind, std::string args) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->inputs.push_back({seq, std::move(kind), std::move(args)});
}

void Recorder::addChoice(std::string label, std::uint64_t options, std::uint64_t chosen) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->choices.push_back({std::move(label), options, chosen});
}

std::optional<Error> Recorder::failure() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->failure;
}

std::int64_t Recorder::run() const {
    return impl_->writer->run();
}

Expected<RunSummary> Recorder::finish(const RunOutcome& outcome) {
    FRAGSCOPE_CHECK(!impl_->finished, "a recording was finished twice");
    impl_->finished = true;
    impl_->stopThread();
    if (!impl_->failure) {
        impl_->writer->finish(outcome);
        impl_->writer->failure() ? impl_->giveUp() : impl_->publish();
    }
    if (impl_->failure) {
        impl_->writer->noteFailure(*impl_->failure, summary().lostEvents);
        return *impl_->failure;
    }
    return summary();
}

RunSummary Recorder::summary() const {
    const std::scoped_lock lock(impl_->mutex);
    const RunWriter::Saved& saved = impl_->saved;
    const std::uint64_t lost = impl_->failure ? impl_->offered - saved.events : 0;
    return {impl_->writer->run(), saved.events,   saved.lastSeq, lost,
            impl_->queue.waits(), saved.chainHash};
}

// ---- the writer thread
// --------------------------------------------------------------------------------

void Recorder::Impl::writeUntilClosed() {
    auto lastBeat = std::chrono::steady_clock::now();
    while (!queue.ended() && !gaveUp) {
        const std::size_t count = std::min(queue.wait(commitEvents, commitPeriod), commitEvents);
        if (count > 0 || hasInputs() || std::chrono::steady_clock::now() - lastBeat >= beatPeriod) {
            writeSome(count);
            lastBeat = std::chrono::steady_clock::now();
        }
        if (count == commitEvents) {
            std::this_thread::sleep_for(courtesy);
        }
    }
    if (!gaveUp && hasInputs()) {
        writeSome(0);
    }
}

bool Recorder::Impl::hasInputs() {
    const std::scoped_lock lock(mutex);
    return !inputs.empty() || !choices.empty();
}

/// One transaction. Without events it is the heartbeat.
void Recorder::Impl::writeSome(std::size_t count) {
    writer->begin();
    writeInputs();
    std::size_t written = 0;
    while (written < count && !writer->failure()) {
        const std::size_t part = std::min(count - written, blockEvents);
        for (std::size_t i = 0; i < part; ++i) {
            writer->append(queue.at(i));
        }
        queue.release(part);
        written += part;
    }
    writer->commit();
    writer->failure() ? giveUp() : publish();
}

void Recorder::Impl::writeInputs() {
    std::vector<Input> newInputs;
    std::vector<Choice> newChoices;
    {
        const std::scoped_lock lock(mutex);
        newInputs.swap(inputs);
        newChoices.swap(choices);
    }
    for (const Input& input : newInputs) {
        writer->addInput(input.seq, input.kind, input.args);
    }
    for (const Choice& choice : newChoices) {
        writer->addChoice(choice.label, choice.options, choice.chosen);
    }
}

void Recorder::Impl::publish() {
    const std::scoped_lock lock(mutex);
    saved = writer->saved();
}

void Recorder::Impl::giveUp() {
    gaveUp = true;
    Error error = *writer->failure();
    const RunWriter::Saved& safe = writer->saved();
    error.reason += safe.lastSeq
                        ? fmt::format("; recording stopped, the {} events up to seq {} are saved",
                                      safe.events, *safe.lastSeq)
                        : std::string("; recording stopped, no event is saved");
    {
        const std::scoped_lock lock(mutex);
        failure = error;
    }
    queue.abandon();
    writer->noteFailure(error, 0);
}

void Recorder::Impl::stopThread() {
    queue.close();
    if (thread.joinable()) {
        thread.join();
    }
}

} // namespace fragscope
