#pragma once

#include "fragscope/task/listing.h"

#include <coroutine>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

namespace fragscope {

struct Task;
class Scheduler;

/// Names the listing that a coroutine follows and its Locals struct: `auto& l = co_await
/// Follow<Locals>{listing};` Must be the first statement. Locals: at most eight 64-bit words,
/// trivially copyable; they live in the Task.
template <class Locals> struct Follow { const Listing& listing; };

/// An algorithm as a coroutine that reads like its listing. `co_yield Line::X;` begins the
/// micro-step at line X; what follows, up to the next co_yield, is that step: at most one access to
/// shared state. `co_await other(...)` calls another algorithm; `co_await until(...)` waits.
///
/// Rules that keep g++ 12 correct (each has broken something): started lazily; no symmetric
/// transfer, the scheduler resumes the innermost coroutine; parameters are values and references to
/// long-lived objects; nothing with a destructor inside a co_await or co_yield expression.
class [[nodiscard]] Steps {
public:
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    Steps() = default;

    explicit Steps(Handle handle) : handle_(handle) {}

    Steps(Steps&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

    Steps& operator=(Steps&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;

    ~Steps() {
        if (handle_) {
            handle_.destroy();
        }
    }

    [[nodiscard]] Handle handle() const { return handle_; }

private:
    Handle handle_ = nullptr;
};

/// `co_await part(steps)`: a piece of the same algorithm in a coroutine of its own, so that long
/// listings stay readable. It shares the caller's listing and Locals and adds no level of calls.
struct Part {
    Steps steps;
};

inline Part part(Steps&& steps) {
    return {std::move(steps)};
}

/// Coroutine frames of the calling thread, to find leaks and frames that hide too much state.
struct FrameUsage {
    std::size_t live = 0;         ///< frames in use
    std::size_t largestBytes = 0; ///< largest frame ever asked for
};

FrameUsage frameUsage();

namespace detail {

/// Parts of the scheduler that the awaiters need; see scheduler.cpp.
void enterCall(Task& task, Steps::Handle callee);
void enterPart(Task& task, Steps::Handle callee);
void leaveCall(Task& task, std::coroutine_handle<> caller, bool isPart);
std::uint64_t* followListing(Task& task, const Listing& listing);
bool mayContinue(Task& task);
void beginStep(Task& task, std::uint16_t line);

struct StepAwaiter {
    Task& task;
    std::uint16_t line;

    [[nodiscard]] bool await_ready() const { return mayContinue(task); }

    void await_suspend(std::coroutine_handle<>) const {}

    void await_resume() const { beginStep(task, line); }
};

template <class Locals> struct FollowAwaiter {
    Locals* locals;

    [[nodiscard]] bool await_ready() const { return true; }

    void await_suspend(std::coroutine_handle<>) const {}

    [[nodiscard]] Locals& await_resume() const { return *locals; }
};

struct CallAwaiter;
struct FinalAwaiter;

} // namespace detail

struct Steps::promise_type {
    Task* task = nullptr;
    std::coroutine_handle<> caller = nullptr;
    bool isPart = false;
    std::exception_ptr error;

    /// Coroutine frames come from a per-thread free list by size: calls are frequent and short.
    static void* operator new(std::size_t size);
    static void operator delete(void* frame, std::size_t size);

    Steps get_return_object() { return Steps(Handle::from_promise(*this)); }

    std::suspend_always initial_suspend() { return {}; }

    detail::FinalAwaiter final_suspend() noexcept;

    void return_void() {}

    void unhandled_exception() { error = std::current_exception(); }

    template <class Line>

    requires std::is_enum_v<Line> detail::StepAwaiter yield_value(Line line) {
        return {*task, static_cast<std::uint16_t>(line)};
    }

    template <class Locals> detail::FollowAwaiter<Locals> await_transform(Follow<Locals> follow) {
        static_assert(std::is_trivially_copyable_v<Locals> && std::is_standard_layout_v<Locals>);
        static_assert(sizeof(Locals) <= 8 * sizeof(std::uint64_t));
        static_assert(alignof(Locals) <= alignof(std::uint64_t));
        return {new (detail::followListing(*task, follow.listing)) Locals{}};
    }

    detail::CallAwaiter await_transform(Steps&& callee);
    detail::CallAwaiter await_transform(Part&& piece);

    /// Awaiters of other layers get the task: they provide `bind(Task&)` returning the awaiter.
    template <class Awaitable>

    requires requires(Awaitable a, Task& t) { a.bind(t); }

    auto await_transform(Awaitable awaitable) { return awaitable.bind(*task); }
};

namespace detail {

struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }

    void await_suspend(Steps::Handle finished) const noexcept {
        Steps::promise_type& promise = finished.promise();
        leaveCall(*promise.task, promise.caller, promise.isPart);
    }

    void await_resume() const noexcept {}
};

/// Keeps the callee alive while it runs; passes its exception on.
struct CallAwaiter {
    Steps callee;

    [[nodiscard]] bool await_ready() const { return false; }

    void await_suspend(Steps::Handle caller) const {
        callee.handle().promise().caller = caller;
        if (callee.handle().promise().isPart) {
            enterPart(*caller.promise().task, callee.handle());
        } else {
            enterCall(*caller.promise().task, callee.handle());
        }
    }

    void await_resume() const {
        if (callee.handle().promise().error) {
            std::rethrow_exception(callee.handle().promise().error);
        }
    }
};

} // namespace detail

inline detail::FinalAwaiter Steps::promise_type::final_suspend() noexcept {
    return {};
}

inline detail::CallAwaiter Steps::promise_type::await_transform(Steps&& callee) {
    return {std::move(callee)};
}

inline detail::CallAwaiter Steps::promise_type::await_transform(Part&& piece) {
    piece.steps.handle().promise().isPart = true;
    return {std::move(piece.steps)};
}

} // namespace fragscope
