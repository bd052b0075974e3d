#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace fragscope {

struct Connection;

/// A prepared statement. All of its operations do nothing once its database has failed.
/// 64-bit unsigned values are stored as SQLite's signed integers with the same bits.
class Statement {
public:
    Statement() = default;
    Statement(Connection& connection, std::string_view sql);
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    /// Sets the parameters 1, 2, ... in order.
    template <class... Values> Statement& bind(const Values&... values) {
        int index = 0;
        (bindAt(++index, values), ...);
        return *this;
    }

    void bindAt(int index, std::int64_t value);
    void bindAt(int index, std::uint64_t value);

    void bindAt(int index, std::uint32_t value) { bindAt(index, std::int64_t{value}); }

    void bindAt(int index, int value) { bindAt(index, std::int64_t{value}); }

    void bindAt(int index, std::string_view text);

    void bindAt(int index, const std::string& text) { bindAt(index, std::string_view(text)); }

    void bindAt(int index, const char* text) { bindAt(index, std::string_view(text)); }

    void bindAt(int index, std::nullptr_t);

    /// True if there is a (next) row; at the end the statement is reset.
    bool step();

    /// Runs a statement that yields no rows and resets it.
    void execute();

    /// Ends a query before its last row, so that it holds no lock.
    void reset();

    // Columns of the current row count from 0.
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t word(int column) const; ///< the 64 bits of the integer
    [[nodiscard]] std::string text(int column) const;   ///< empty if NULL
    [[nodiscard]] bool isNull(int column) const;

private:
    Connection* connection_ = nullptr;
    sqlite3_stmt* handle_ = nullptr;
};

} // namespace fragscope
