#pragma once

#include "fragscope/record/run/run_info.h"
#include "fragscope/ui/window/hooks.h"

#include <map>
#include <memory>
#include <string>

namespace fragscope {

/// Opens scenarios and runs for the window, and remembers what recordings and tables must say about
/// them.
class RunOpener {
public:
    /// A scenario file, or a run file (FILE.db, FILE.db#N), told apart by their contents.
    Expected<RunFactory> open(const std::string& path);

    /// What is stored with a run opened before.
    [[nodiscard]] RunInfo infoOf(const std::string& path) const;
    [[nodiscard]] MachineShape shapeOf(const std::string& path) const;

private:
    struct Known {
        RunInfo info;
        MachineShape shape;
    };

    Expected<RunFactory> openScenario(const std::string& path);
    Expected<RunFactory> openRun(const std::string& path);

    std::map<std::string, Known> known_;
};

/// The hooks of the window, bound to an opener.
Hooks windowHooks(const std::shared_ptr<RunOpener>& opener);

/// "0.1.0".
std::string programVersion();

} // namespace fragscope
