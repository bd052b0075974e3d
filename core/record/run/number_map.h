#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace fragscope {

/// Which number a run file gives to what this program numbers otherwise. Both sides are below
/// 65,536.
class NumberMap {
public:
    void add(std::uint16_t inFile, std::uint16_t inProgram);

    [[nodiscard]] std::optional<std::uint16_t> toFile(std::size_t inProgram) const {
        return at(toFile_, inProgram);
    }

    [[nodiscard]] std::optional<std::uint16_t> toProgram(std::uint64_t inFile) const {
        return at(toProgram_, inFile);
    }

    /// Lowest number that the file does not use, from `wished` on.
    [[nodiscard]] std::uint16_t freeFrom(std::uint16_t wished) const;

    /// The file uses this number for something that this program does not know.
    void reserve(std::uint16_t inFile);

private:
    using Side = std::vector<std::int32_t>; ///< -1 unused, -2 reserved

    static std::optional<std::uint16_t> at(const Side& side, std::uint64_t index) {
        if (index >= side.size() || side[index] < 0) {
            return std::nullopt;
        }
        return static_cast<std::uint16_t>(side[index]);
    }

    static std::int32_t& slot(Side& side, std::size_t index);

    Side toFile_;
    Side toProgram_;
};

} // namespace fragscope
