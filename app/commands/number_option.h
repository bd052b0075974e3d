#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace fragscope {

/// Adds an option that takes a whole number. CLI11 itself would read -2 as 2^64 - 2.
CLI::Option* addNumber(CLI::App& command,
                       const std::string& name,
                       std::uint64_t& number,
                       const std::string& description);

} // namespace fragscope
