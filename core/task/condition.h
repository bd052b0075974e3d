#pragma once

#include <cstdint>

namespace fragscope {

/// A predicate over the machine that a task waits for. Trivially copyable on purpose: it may cross
/// a co_await. `test` must depend on machine state only, never change it.
struct Condition {
    bool (*test)(const void* context, std::uint64_t argument) = nullptr;
    const void* context = nullptr;
    std::uint64_t argument = 0;

    [[nodiscard]] bool holds() const { return test(context, argument); }
};

/// Makes a Condition of a member function: `conditionOf<&Process::resumed>(process, argument)`.
template <auto Member, class T> Condition conditionOf(const T& object, std::uint64_t argument = 0) {
    return {[](const void* context, std::uint64_t value) {
                return (static_cast<const T*>(context)->*Member)(value);
            },
            &object, argument};
}

} // namespace fragscope
