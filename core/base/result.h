#pragma once

#include "fragscope/base/check.h"

#include <utility>
#include <variant>

namespace fragscope {

/// The value of an operation that may fail in an expected way, or the reason why it failed.
/// Reading the wrong side is a broken invariant (LogicError).
template <class T, class E> class [[nodiscard]] Result {
public:
    // Implicit, so that a function can end with "return value" or "return error".
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }

    explicit operator bool() const { return ok(); }

    [[nodiscard]] const T& value() const& {
        FRAGSCOPE_CHECK(ok(), "value of a failed Result");
        return *std::get_if<0>(&state_);
    }

    [[nodiscard]] T& value() & {
        FRAGSCOPE_CHECK(ok(), "value of a failed Result");
        return *std::get_if<0>(&state_);
    }

    [[nodiscard]] T&& value() && {
        FRAGSCOPE_CHECK(ok(), "value of a failed Result");
        return std::move(*std::get_if<0>(&state_));
    }

    [[nodiscard]] const E& error() const {
        FRAGSCOPE_CHECK(!ok(), "error of a successful Result");
        return *std::get_if<1>(&state_);
    }

    const T* operator->() const { return &value(); }

    const T& operator*() const& { return value(); }

private:
    std::variant<T, E> state_;
};

/// Success without a value.
struct Done {};

} // namespace fragscope
