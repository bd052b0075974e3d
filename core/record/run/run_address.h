#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fragscope {

/// FILE.db#N: a run of a file; without #N the newest one.
struct RunAddress {
    std::string file;
    std::optional<std::int64_t> run;
};

/// Splits at the last '#', if only digits follow it; otherwise all of the text is the file's name.
RunAddress parseRunAddress(std::string_view text);

std::string text(const RunAddress& address);

} // namespace fragscope
