#include "fragscope/trace/formats/call_text.h"

#include "fragscope/trace/formats/words.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

namespace fragscope {

namespace {

struct FunctionName {
    std::string_view name;
    CallKind kind;
};

constexpr std::array<FunctionName, 14> functions{{
    {"malloc", CallKind::Allocate},
    {"free", CallKind::Free},
    {"calloc", CallKind::AllocateArray},
    {"realloc", CallKind::Reallocate},
    {"reallocarray", CallKind::ReallocateArray},
    {"memalign", CallKind::Align},
    {"aligned_alloc", CallKind::Align},
    {"posix_memalign", CallKind::AlignInto},
    {"valloc", CallKind::Allocate},
    {"pvalloc", CallKind::Allocate},
    {"cfree", CallKind::Free},
    {"__builtin_new", CallKind::Allocate},
    {"__builtin_vec_new", CallKind::Allocate},
    {"__builtin_delete", CallKind::Free},
}};

/// operator new, new[], delete and delete[] as the Itanium C++ ABI names them, with any arguments.
constexpr std::array<FunctionName, 4> operators{{
    {"_Znw", CallKind::Allocate},
    {"_Zna", CallKind::Allocate},
    {"_ZdlPv", CallKind::Free},
    {"_ZdaPv", CallKind::Free},
}};

std::optional<CallKind> callKindOf(std::string_view name) {
    for (const FunctionName& function : functions) {
        if (name == function.name) {
            return function.kind;
        }
    }
    for (const FunctionName& function : operators) {
        if (name.starts_with(function.name)) {
            return function.kind;
        }
    }
    return std::nullopt;
}

bool isNamePart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Length of the text in double quotes that `text` begins with.
std::size_t quotedLength(std::string_view text) {
    std::size_t at = 1;
    while (at < text.size() && text[at] != '"') {
        at += text[at] == '\\' ? 2U : 1U;
    }
    return std::min(at + 1, text.size());
}

/// Where the first argument ends: at a comma, the closing bracket, or the end of the line.
std::size_t argumentEnd(std::string_view text) {
    std::size_t depth = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (depth == 0 && (c == ',' || c == ')')) {
            break;
        }
        depth += c == '(' ? 1U : 0U;
        depth -= c == ')' ? 1U : 0U;
        at += c == '"' ? quotedLength(text.substr(at)) : 1U;
    }
    return at;
}

/// The first three arguments; those that are missing are empty. Of "al 64" it takes the last word.
std::array<std::string_view, 3> cutArguments(std::string_view text, std::string_view& rest) {
    std::array<std::string_view, 3> arguments;
    for (std::size_t n = 0;; ++n) {
        const std::size_t end = argumentEnd(text);
        if (n < arguments.size()) {
            std::string_view words = text.substr(0, end);
            for (auto word = cutSpacedWord(words); !word.empty(); word = cutSpacedWord(words)) {
                if (!word.starts_with('<')) { // <unfinished ...>
                    arguments[n] = word;
                } else {
                    break;
                }
            }
        }
        const bool last = end == text.size() || text[end] == ')';
        text.remove_prefix(std::min(end + 1, text.size()));
        if (last) {
            rest = text;
            return arguments;
        }
    }
}

/// Decimal, or hexadecimal with 0x; NULL in the spellings of the tools.
std::string readValue(std::string_view word, std::uint64_t& value) {
    if (word.empty()) {
        return "an argument is missing";
    }
    if (word == "nil" || word == "(nil)" || word == "NULL") {
        value = 0;
        return {};
    }
    return readNumber(word, word.starts_with("0x") ? Base::Hexadecimal : Base::Decimal, value);
}

/// A demangled "operator new(unsigned long)(24)", found at `at`.
std::optional<CallText> findOperator(std::string_view line, std::size_t at) {
    std::string_view name = line.substr(at);
    const auto bracket = name.find(")(");
    cutSpacedWord(name);
    name.remove_prefix(std::min<std::size_t>(1, name.size()));
    const bool allocates = name.starts_with("new");
    if (bracket == std::string_view::npos || (!allocates && !name.starts_with("delete"))) {
        return std::nullopt;
    }
    return CallText{allocates ? CallKind::Allocate : CallKind::Free, line.substr(0, at),
                    line.substr(at + bracket + 2)};
}

std::uint64_t saturatingProduct(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return a != 0 && b > most / a ? most : a * b;
}

} // namespace

std::optional<CallText> findCall(std::string_view line) {
    if (const auto at = line.find("operator "); at != std::string_view::npos) {
        return findOperator(line, at);
    }
    const auto bracket = line.find('(');
    if (bracket == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t begin = bracket;
    while (begin > 0 && isNamePart(line[begin - 1])) {
        --begin;
    }
    const auto kind = callKindOf(line.substr(begin, bracket - begin));
    return kind ? std::optional(CallText{*kind, line.substr(0, begin), line.substr(bracket + 1)})
                : std::nullopt;
}

std::string readRequest(const CallText& call, CallRequest& request, std::string_view& rest) {
    const auto words = cutArguments(call.arguments, rest);
    std::array<std::uint64_t, 3> values{};
    const auto read = [&](std::size_t from, std::size_t to) {
        std::string reason;
        for (std::size_t n = from; n < to && reason.empty(); ++n) {
            reason = readValue(words[n], values[n]);
        }
        return reason;
    };
    request = {.kind = call.kind};
    std::string reason;
    switch (call.kind) {
    case CallKind::Free:
        reason = read(0, 1);
        request.pointer = values[0];
        break;
    case CallKind::Allocate:
        reason = read(0, 1);
        request.size = values[0];
        break;
    case CallKind::AllocateArray:
        reason = read(0, 2);
        request.size = saturatingProduct(values[0], values[1]);
        break;
    case CallKind::Align:
        reason = read(0, 2);
        request.size = values[1];
        break;
    case CallKind::AlignInto:
        reason = read(0, 3);
        break;
    case CallKind::Reallocate:
        reason = read(0, 2);
        request.pointer = values[0];
        request.size = values[1];
        break;
    case CallKind::ReallocateArray:
        reason = read(0, 3);
        request.pointer = values[0];
        request.size = saturatingProduct(values[1], values[2]);
        break;
    }
    return reason;
}

std::string readResult(std::string_view rest, std::uint64_t& result) {
    if (cutSpacedWord(rest) != "=") {
        return "the result of the call is missing";
    }
    return readValue(cutSpacedWord(rest), result);
}

CallBook::CallBook(AllocationTrace& trace, Completeness completeness)
    : trace_(trace), blocks_(trace, {.noun = "address", .completeness = completeness}) {}

std::string CallBook::enter(const CallRequest& request, std::uint64_t result, std::uint32_t line) {
    const bool moves =
        request.kind == CallKind::Reallocate || request.kind == CallKind::ReallocateArray;
    if (request.kind == CallKind::Free || (moves && result == 0 && request.size == 0)) {
        return request.pointer == 0 ? std::string() : blocks_.free(request.pointer, line);
    }
    if (request.kind == CallKind::AlignInto) { // its result is an error number
        (result == 0 ? trace_.omissions.unseenAddresses : trace_.omissions.failedRequests) += 1;
        return {};
    }
    if (result == 0) {
        ++trace_.omissions.failedRequests;
        return {};
    }
    const KeyedCall call{.key = result, .size = request.size, .line = line};
    return moves && request.pointer != 0 ? blocks_.reallocate(request.pointer, call)
                                         : blocks_.allocate(call);
}

} // namespace fragscope
