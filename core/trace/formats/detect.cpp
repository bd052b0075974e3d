#include "fragscope/trace/formats/detect.h"

#include "fragscope/trace/formats/call_text.h"
#include "fragscope/trace/formats/words.h"
#include "fragscope/trace/trace.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace fragscope {

namespace {

bool isNumber(std::string_view word, Base base) {
    std::uint64_t value = 0;
    return !word.empty() && readNumber(word, base, value).empty();
}

std::string_view cutLine(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

bool isControl(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f;
}

/// `+` and `-` lines belong to mtrace, with 0x, or to heaptrack, without.
std::optional<TraceFormat> detectBySign(std::string_view line) {
    cutSpacedWord(line);
    const std::string_view address = cutSpacedWord(line);
    if (address.starts_with("0x")) {
        return TraceFormat::Mtrace;
    }
    return isNumber(address, Base::Hexadecimal) ? std::optional(TraceFormat::Heaptrack)
                                                : std::nullopt;
}

/// The format that has lines like this one; Own stands for Own and Mdrv.
std::optional<TraceFormat> detectByLine(std::string_view line) {
    if (line.find("mm_page_alloc:") != std::string_view::npos ||
        line.find("mm_page_free:") != std::string_view::npos) {
        return TraceFormat::PageEvents;
    }
    if (line.starts_with("= Start") || line.starts_with("@ ")) {
        return TraceFormat::Mtrace;
    }
    const std::string_view marks = line.substr(0, 2);
    if ((marks == "==" || marks == "--") && line.size() > 2 && line[2] >= '0' && line[2] <= '9') {
        return TraceFormat::Valgrind;
    }
    if (findCall(line)) {
        return TraceFormat::Ltrace;
    }
    std::string_view rest = line;
    const std::string_view word = cutSpacedWord(rest);
    if (word == "+" || word == "-") {
        return detectBySign(line);
    }
    const std::string_view second = cutSpacedWord(rest);
    if (word == "v" && isNumber(second, Base::Hexadecimal)) {
        return TraceFormat::Heaptrack;
    }
    if (word == "a" || word == "f" || word == "r" || word == "l") {
        return TraceFormat::Own;
    }
    return isNumber(word, Base::Decimal) && second.empty() ? std::optional(TraceFormat::Rep)
                                                           : std::nullopt;
}

/// What lines with the operations a, f and r tell of their format.
enum class Hint : std::uint8_t { Either, Mdrv, ShortRealloc, LongRealloc };

Hint hintOf(std::string_view line) {
    if (line.starts_with('#')) {
        return Hint::Either;
    }
    const bool tab = line.find('\t') != std::string_view::npos;
    const std::string_view operation = cutSpacedWord(line);
    const std::string_view key = cutSpacedWord(line);
    const std::string_view second = cutSpacedWord(line);
    const std::string_view third = cutSpacedWord(line);
    if (operation == "l") {
        return Hint::Mdrv;
    }
    if ((operation != "a" && operation != "f" && operation != "r") ||
        !isNumber(key, Base::Hexadecimal)) {
        return Hint::Either;
    }
    std::uint64_t id = 0;
    const bool isId = readNumber(key, Base::Decimal, id).empty() && id <= largestTraceId;
    if (tab || !isId) {
        return Hint::Mdrv;
    }
    if (operation != "r" || second.empty()) {
        return Hint::Either;
    }
    return third.empty() ? Hint::ShortRealloc : Hint::LongRealloc;
}

/// mdrv has tabs, labels, and keys that are no ids; its realloc has no second id.
TraceFormat ownOrMdrv(std::string_view head) {
    std::uint64_t shortReallocs = 0;
    std::uint64_t longReallocs = 0;
    while (!head.empty()) {
        const Hint hint = hintOf(cutLine(head));
        if (hint == Hint::Mdrv) {
            return TraceFormat::Mdrv;
        }
        shortReallocs += hint == Hint::ShortRealloc ? 1U : 0U;
        longReallocs += hint == Hint::LongRealloc ? 1U : 0U;
    }
    return shortReallocs > longReallocs ? TraceFormat::Mdrv : TraceFormat::Own;
}

Error errorAt(std::uint64_t line, std::string reason) {
    Error error = badInput(std::move(reason));
    error.line = line;
    return error;
}

std::string knownNames() {
    std::string names;
    for (const TraceFormatInfo& info : traceFormats().subspan(1)) {
        names += names.empty() ? "" : ", ";
        names += info.name;
    }
    return names;
}

} // namespace

Expected<TraceFormat> detectFormat(std::string_view head) {
    if (head.starts_with("# fragscope-trace")) {
        return TraceFormat::Own;
    }
    std::string_view rest = head;
    std::uint64_t number = 0;
    std::uint64_t firstNumber = 0;
    std::string_view first;
    while (!rest.empty()) {
        const std::string_view line = cutLine(rest);
        ++number;
        if (std::any_of(line.begin(), line.end(), isControl)) {
            return errorAt(number, "not a trace: this is not text");
        }
        const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
        if (blank || line.starts_with('#')) {
            continue;
        }
        if (const auto format = detectByLine(line)) {
            return *format == TraceFormat::Own ? ownOrMdrv(head) : *format;
        }
        if (firstNumber == 0) {
            firstNumber = number;
            first = line;
        }
    }
    if (firstNumber == 0) {
        return errorAt(0, "the trace is empty: it has no line of an operation");
    }
    return errorAt(firstNumber, fmt::format("not a trace of a known format ({}): {}", knownNames(),
                                            quoted(first)));
}

} // namespace fragscope
