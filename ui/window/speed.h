#pragma once

#include <QString>

#include <array>

namespace fragscope {

/// The places of the speed slider: 1/4 to 1,000 steps a second on a logarithmic scale, and as fast
/// as possible at its end.
class Speed {
public:
    static constexpr int lowest = 0;
    static constexpr int highest = 16;
    static constexpr int preset = 6; ///< 10 steps a second

    /// Steps a second at a place; Engine::fullSpeed at the highest.
    static double stepsPerSecond(int place);

    /// "1/4 step/s", "12 steps/s", "full speed".
    static QString text(int place);

private:
    static constexpr std::array<double, 16> steps{0.25, 0.5, 1,  2,   4,   7,   10,  15,
                                                  25,   40,  65, 100, 200, 400, 700, 1000};
};

} // namespace fragscope
