#include "commands/mmu.h"

#include "fragscope/base/text.h"
#include "fragscope/mmu_vectors/vector_report.h"
#include "fragscope/view/explain.h"

#include <fmt/format.h>

namespace fragscope {

namespace {

std::string_view verbOf(AccessKind kind) {
    switch (kind) {
    case AccessKind::Read:
        return "reads";
    case AccessKind::Write:
        return "writes";
    case AccessKind::Execute:
        return "fetches from";
    case AccessKind::ReadModifyWrite:
        break;
    }
    return "reads and writes";
}

/// Prints each access and what the machine did for it.
class PrintedTrace : public vectors::WalkTrace {
public:
    explicit PrintedTrace(std::ostream& out) : out_(out) {}

    void begin(const vectors::Access& access) override {
        const bool user = access.privilege == Privilege::User;
        out_ << fmt::format("  {} {} {}\n", user ? "CPL 3" : "CPL 0", verbOf(access.kind),
                            text(access.address));
    }

    void onEvent(const Event& event) override { out_ << "    " << describe(event) << '\n'; }

    void end(const vectors::Outcome& outcome) override {
        out_ << "  -> " << vectors::text(outcome) << '\n';
    }

private:
    std::ostream& out_;
};

} // namespace

int runMmuCommand(const std::vector<std::string>& files,
                  bool showsWalks,
                  std::ostream& out,
                  std::ostream& err) {
    PrintedTrace trace(out);
    return static_cast<int>(vectors::checkFiles(files, showsWalks ? &trace : nullptr, out, err));
}

} // namespace fragscope
