#include "fragscope/trace/write_trace.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace fragscope {

namespace {

/// A file, compressed or not, that takes the place of another one when it is whole. What is no
/// ordinary file (/dev/stdout, a pipe) is written directly.
class WholeFile {
public:
    explicit WholeFile(std::string path) : path_(std::move(path)) {
        std::error_code ignored;
        const auto type = std::filesystem::status(path_, ignored).type();
        const bool replaceable = type == std::filesystem::file_type::not_found ||
                                 type == std::filesystem::file_type::regular;
        target_ = replaceable ? fmt::format("{}.part-{}", path_, ::getpid()) : path_;
        // zlib: T writes the bytes as they are.
        file_ = gzopen(target_.c_str(), path_.ends_with(".gz") ? "wb" : "wbT");
        failure_ = file_ == nullptr ? errno : 0;
    }

    ~WholeFile() {
        if (file_ != nullptr) {
            gzclose(file_);
        }
        if (!done_ && target_ != path_) {
            std::error_code ignored;
            std::filesystem::remove(target_, ignored);
        }
    }

    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    void write(std::string_view bytes) {
        if (failure_ == 0 && !bytes.empty() &&
            gzwrite(file_, bytes.data(), static_cast<unsigned>(bytes.size())) <= 0) {
            failure_ = errno != 0 ? errno : EIO;
        }
    }

    Expected<Done> finish() {
        if (file_ != nullptr && gzclose(std::exchange(file_, nullptr)) != Z_OK && failure_ == 0) {
            failure_ = errno != 0 ? errno : EIO;
        }
        if (failure_ == 0 && target_ != path_ && std::rename(target_.c_str(), path_.c_str()) != 0) {
            failure_ = errno;
        }
        if (failure_ != 0) {
            return systemRefused(path_,
                                 fmt::format("cannot be written: {}", std::strerror(failure_)));
        }
        done_ = true;
        return Done{};
    }

private:
    std::string path_;
    std::string target_;
    gzFile file_ = nullptr;
    int failure_ = 0; ///< errno of the first failure
    bool done_ = false;
};

std::string headerText(const AllocationTrace& trace) {
    std::string text = "# fragscope-trace 1\n";
    for (const TraceHeaderLine& header : trace.header) {
        std::string line = header.key.empty() ? header.value : header.key + ": " + header.value;
        std::replace(line.begin(), line.end(), '\n', ' ');
        text += "# " + line + '\n';
    }
    return text;
}

/// The id to write for each id of the trace; empty if they can be kept.
std::vector<std::uint32_t> denseIds(const AllocationTrace& trace) {
    std::vector<std::uint32_t> ids(trace.largestId + 1);
    std::uint32_t blocks = 0;
    for (const TraceOperation& operation : trace.operations) {
        const bool begins =
            operation.kind == TraceKind::Allocate || operation.kind == TraceKind::Reallocate;
        if (begins) {
            ids[operation.id] = ++blocks;
        }
    }
    if (blocks == trace.largestId && ids[0] == 0) {
        ids.clear();
    }
    return ids;
}

class OperationText {
public:
    explicit OperationText(const AllocationTrace& trace) : ids_(denseIds(trace)) {}

    /// The line of an operation, valid until the next call.
    std::string_view line(const TraceOperation& operation) {
        end_ = text_.data();
        switch (operation.kind) {
        case TraceKind::Bad:
            return {};
        case TraceKind::Allocate:
            add('a', idOf(operation.id), operation.size);
            break;
        case TraceKind::Free:
            add('f', idOf(operation.id));
            break;
        case TraceKind::Reallocate:
            add('r', idOf(operation.oldId), idOf(operation.id), operation.size);
            break;
        }
        *end_++ = '\n';
        return {text_.data(), static_cast<std::size_t>(end_ - text_.data())};
    }

private:
    [[nodiscard]] std::uint64_t idOf(std::uint32_t id) const {
        return ids_.empty() ? id : ids_[id];
    }

    template <class... Numbers> void add(char kind, Numbers... numbers) {
        *end_++ = kind;
        (addNumber(numbers), ...);
    }

    void addNumber(std::uint64_t number) {
        *end_++ = ' ';
        end_ = std::to_chars(end_, text_.data() + text_.size(), number).ptr;
    }

    std::vector<std::uint32_t> ids_;
    std::array<char, 80> text_{}; // a letter, three numbers of at most 20 digits, blanks, line end
    char* end_ = text_.data();
};

} // namespace

Expected<Done> writeTrace(const AllocationTrace& trace, const std::string& path) {
    constexpr std::size_t piece = std::size_t{64} << 10;
    WholeFile file(path);
    std::string buffer = headerText(trace);
    OperationText text(trace);
    for (const TraceOperation& operation : trace.operations) {
        buffer += text.line(operation);
        if (buffer.size() >= piece) {
            file.write(buffer);
            buffer.clear();
        }
    }
    file.write(buffer);
    return file.finish();
}

} // namespace fragscope
