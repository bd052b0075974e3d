#pragma once

#include <QString>

#include <cstdint>

namespace fragscope {

/// A place between two frames that is worth a line: frames before it are on the one side.
struct MapLine {
    enum class Tone : std::uint8_t {
        Border,  ///< something ends here
        Pointer, ///< something works here
    };

    std::uint64_t frame = 0; ///< the first one behind the line
    QString label;
    Tone tone = Tone::Border;

    friend bool operator==(const MapLine&, const MapLine&) = default;
};

/// A run of frames on its way to another place, as a whole.
struct MapMove {
    std::uint64_t from = 0; ///< frame
    std::uint64_t to = 0;   ///< frame
    std::uint64_t frames = 0;
    QString label;

    friend bool operator==(const MapMove&, const MapMove&) = default;
};

} // namespace fragscope
