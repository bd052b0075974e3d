#include "fragscope/trace/formats/call_text.h"
#include "fragscope/trace/formats/line_parser.h"
#include "fragscope/trace/formats/words.h"

#include <algorithm>

namespace fragscope {

namespace {

/// Lines "PROGRAM->CALL = RESULT" of ltrace, with or without the process in front (-f). A call that
/// another thread interrupts is printed in two parts, "CALL <unfinished ...>" and "<... NAME
/// resumed> ) = RESULT"; it counts where it ends. Other calls are passed over.
class LtraceParser final : public LineParser {
public:
    explicit LtraceParser(AllocationTrace& trace) : calls_(trace, Completeness::Partial) {}

    std::string parse(std::string_view line, std::uint32_t number) override {
        if (const auto resumed = line.find("<... "); resumed != std::string_view::npos) {
            return resume(line.substr(0, resumed), line.substr(resumed), number);
        }
        const auto call = findCall(line);
        if (!call || line.ends_with("<no return ...>")) {
            return {};
        }
        CallRequest request;
        std::string_view rest;
        if (std::string reason = readRequest(*call, request, rest); !reason.empty()) {
            return reason;
        }
        if (line.ends_with("<unfinished ...>")) {
            std::erase_if(waiting_, [&](const Waiting& w) { return w.thread == threadOf(line); });
            waiting_.push_back({std::string(threadOf(line)), request});
            return {};
        }
        return enter(request, rest, number);
    }

private:
    struct Waiting {
        std::string thread;
        CallRequest request;
    };

    /// What stands before the program's name: "[pid 12] " or "12 ".
    static std::string_view threadOf(std::string_view line) {
        if (line.starts_with("[pid ")) {
            return line.substr(0, std::min(line.find(']'), line.size()));
        }
        const std::string_view word = cutSpacedWord(line);
        std::uint64_t number = 0;
        return readNumber(word, Base::Decimal, number).empty() ? word : std::string_view();
    }

    std::string resume(std::string_view before, std::string_view line, std::uint32_t number) {
        const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) {
            return w.thread == threadOf(before);
        });
        if (found == waiting_.end()) {
            return {}; // of a call that is of no interest here
        }
        const CallRequest request = found->request;
        waiting_.erase(found);
        const auto bracket = line.find(')');
        return enter(request, line.substr(std::min(bracket, line.size() - 1) + 1), number);
    }

    std::string enter(const CallRequest& request, std::string_view rest, std::uint32_t number) {
        std::uint64_t result = 0;
        if (request.kind != CallKind::Free) {
            if (std::string reason = readResult(rest, result); !reason.empty()) {
                return reason;
            }
        }
        return calls_.enter(request, result, number);
    }

    CallBook calls_;
    std::vector<Waiting> waiting_; ///< at most one for each thread
};

} // namespace

std::unique_ptr<LineParser> makeLtraceParser(AllocationTrace& trace) {
    return std::make_unique<LtraceParser>(trace);
}

} // namespace fragscope
