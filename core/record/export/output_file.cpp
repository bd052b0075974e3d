#include "fragscope/record/export/output_file.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace fragscope {

namespace {

constexpr std::size_t bufferBytes = std::size_t{256} << 10;

/// Only ordinary files, or names still free, are replaced as a whole.
bool isReplaceable(const std::string& path) {
    std::error_code ignored;
    const auto type = std::filesystem::status(path, ignored).type();
    return type == std::filesystem::file_type::not_found ||
           type == std::filesystem::file_type::regular;
}

Error cannot(const std::string& path, std::string_view what, int code) {
    return systemRefused(path, fmt::format("cannot be {}: {}", what, std::strerror(code)));
}

} // namespace

struct OutputFile::State {
    std::string path;      ///< as the user named it
    std::string temporary; ///< empty if written directly
    int descriptor = -1;
    std::string buffer;
    std::optional<Error> failure;
    bool readerLeft = false;

    ~State() {
        if (descriptor > STDERR_FILENO) {
            ::close(descriptor);
        }
        if (!temporary.empty()) {
            ::unlink(temporary.c_str());
        }
    }

    void flush();
    void noteFailure(int code);
    void closeAndRename();
};

Expected<OutputFile> OutputFile::create(const std::string& path) {
    auto state = std::make_unique<State>();
    state->path = path == "-" ? "standard output" : path;
    state->buffer.reserve(bufferBytes);
    if (path == "-") {
        std::signal(SIGPIPE, SIG_IGN); // a reader that leaves is an answer of write(), not a signal
        state->descriptor = STDOUT_FILENO;
        return OutputFile(std::move(state));
    }
    std::string target = path;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
    if (isReplaceable(path)) {
        target = fmt::format("{}.part-{}", path, ::getpid());
        state->temporary = target;
        flags |= O_TRUNC;
    }
    state->descriptor = ::open(target.c_str(), flags, 0666);
    if (state->descriptor < 0) {
        state->temporary.clear();
        return cannot(path, "created", errno);
    }
    return OutputFile(std::move(state));
}

OutputFile::OutputFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;

void OutputFile::write(std::string_view bytes) {
    state_->buffer.append(bytes);
    if (state_->buffer.size() >= bufferBytes) {
        state_->flush();
    }
}

bool OutputFile::stopped() const {
    return state_->failure.has_value() || state_->readerLeft;
}

void OutputFile::State::flush() {
    std::string_view rest = buffer;
    while (!rest.empty() && !failure && !readerLeft) {
        const ssize_t written = ::write(descriptor, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            noteFailure(errno);
        }
    }
    buffer.clear();
}

void OutputFile::State::noteFailure(int code) {
    if (code == EPIPE) {
        readerLeft = true;
    } else {
        failure = cannot(path, "written", code);
    }
}

void OutputFile::State::closeAndRename() {
    if (descriptor == STDOUT_FILENO) {
        return;
    }
    if (::close(std::exchange(descriptor, -1)) != 0 && !failure) {
        noteFailure(errno); // network file systems report a full disk only here
    }
    if (failure || temporary.empty()) {
        return;
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        failure = cannot(path, "replaced", errno);
        return;
    }
    temporary.clear();
}

Expected<WriteEnd> OutputFile::finish() {
    state_->flush();
    state_->closeAndRename();
    if (state_->failure) {
        return *state_->failure;
    }
    return state_->readerLeft ? WriteEnd::ReaderLeft : WriteEnd::Complete;
}

} // namespace fragscope
