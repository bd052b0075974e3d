#include "fragscope/base/error.h"

#include <fmt/format.h>

namespace fragscope {

std::string Error::text() const {
    std::string out = file;
    if (line != 0) {
        out += fmt::format(":{}", line);
    }
    if (line != 0 && column != 0) {
        out += fmt::format(":{}", column);
    }
    if (!out.empty()) {
        out += ": ";
    }
    if (!key.empty()) {
        out += key + ": ";
    }
    return out + reason;
}

Error badInput(std::string reason) {
    Error error;
    error.reason = std::move(reason);
    return error;
}

Error systemRefused(std::string file, std::string reason) {
    Error error;
    error.code = ExitCode::SystemRefused;
    error.file = std::move(file);
    error.reason = std::move(reason);
    return error;
}

} // namespace fragscope
