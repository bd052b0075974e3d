#pragma once

#include <stdexcept>
#include <string>

/// Broken invariants of Fragscope itself. They are checked in release builds too and carry the
/// values involved; they never describe a fault of the simulated machine (those are values, see
/// Result).
namespace fragscope {

class LogicError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// Throws LogicError "FILE:LINE: CONDITION (DETAIL)".
[[noreturn]] void
failCheck(const char* condition, const char* file, int line, const std::string& detail);

} // namespace fragscope

/// FRAGSCOPE_CHECK(condition, detail): detail is a std::string expression, built only on failure.
#define FRAGSCOPE_CHECK(condition, detail)                                                         \
    do {                                                                                           \
        if (!(condition)) [[unlikely]]                                                             \
            ::fragscope::failCheck(#condition, __FILE__, __LINE__, (detail));                      \
    } while (false)
