#include "fragscope/trace/formats/call_text.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

namespace fragscope {

namespace {

/// Lines "--PID-- CALL = RESULT" of valgrind --trace-malloc=yes. All other lines are passed over,
/// and so are the calls of processes other than the first. realloc(NULL, n) and realloc(p, 0) are
/// printed as two calls in one line, of which the second counts.
class ValgrindParser final : public LineParser {
public:
    explicit ValgrindParser(AllocationTrace& trace)
        : trace_(trace), calls_(trace, Completeness::Whole) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        std::uint64_t process = 0;
        if (!cutProcess(line, process)) {
            return {};
        }
        const auto call = findCall(line);
        if (!call || call->before.find_first_not_of(' ') != std::string_view::npos) {
            return {};
        }
        if (process_ == 0) {
            process_ = process;
        }
        if (process != process_) {
            ++trace_.omissions.otherProcesses;
            return {};
        }
        return enter(*call, number);
    }

private:
    /// Takes "--PID--" off the line; false if it does not begin so.
    static bool cutProcess(std::string_view& line, std::uint64_t& process) {
        if (!line.starts_with("--")) {
            return false;
        }
        const auto end = line.find("--", 2);
        if (end == std::string_view::npos ||
            !readNumber(line.substr(2, end - 2), Base::Decimal, process).empty()) {
            return false;
        }
        line.remove_prefix(end + 2);
        return true;
    }

    std::string enter(const CallText& call, std::uint32_t number) {
        CallRequest request;
        std::string_view rest;
        if (std::string reason = readRequest(call, request, rest); !reason.empty()) {
            return reason;
        }
        if (const auto second = findCall(rest); second && second->before.empty()) {
            return enter(*second, number);
        }
        std::uint64_t result = 0;
        if (request.kind != CallKind::Free) {
            if (std::string reason = readResult(rest, result); !reason.empty()) {
                return reason;
            }
        }
        return calls_.enter(request, result, number);
    }

    AllocationTrace& trace_;
    CallBook calls_;
    std::uint64_t process_ = 0;
};

} // namespace

std::unique_ptr<LineParser> makeValgrindParser(AllocationTrace& trace) {
    return std::make_unique<ValgrindParser>(trace);
}

} // namespace fragscope
