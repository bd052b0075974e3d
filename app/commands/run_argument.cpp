#include "commands/run_argument.h"

#include "commands/streams.h"
#include <filesystem>
#include <fmt/format.h>

namespace fragscope {

Expected<RunAddress> parseRunArgument(const std::string& text) {
    RunAddress address = parseRunAddress(text);
    const auto mark = address.file.rfind('#');
    std::error_code ignored;
    if (!address.run && mark != std::string::npos &&
        !std::filesystem::exists(address.file, ignored)) {
        return usageError(fmt::format("`{}` is not a run number; expected FILE.db#N",
                                      address.file.substr(mark + 1)));
    }
    return address;
}

} // namespace fragscope
