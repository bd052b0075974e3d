#include "fragscope/record/database/statement.h"

#include "fragscope/record/database/connection.h"

#include <bit>
#include <sqlite3.h>
#include <utility>

namespace fragscope {

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection) {
    if (connection.failure) {
        return;
    }
    const int code = sqlite3_prepare_v3(connection.handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) {
        connection.fail(code);
    }
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(connection_, other.connection_);
    std::swap(handle_, other.handle_);
    return *this;
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

void Statement::bindAt(int index, std::int64_t value) {
    sqlite3_bind_int64(handle_, index, value);
}

void Statement::bindAt(int index, std::uint64_t value) {
    sqlite3_bind_int64(handle_, index, std::bit_cast<std::int64_t>(value));
}

void Statement::bindAt(int index, std::string_view text) {
    sqlite3_bind_text64(handle_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bindAt(int index, std::nullptr_t) {
    sqlite3_bind_null(handle_, index);
}

bool Statement::step() {
    if (handle_ == nullptr || connection_->failure) {
        return false;
    }
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        connection_->fail(code);
    }
    sqlite3_reset(handle_);
    return false;
}

void Statement::execute() {
    while (step()) {
    }
}

void Statement::reset() {
    sqlite3_reset(handle_);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::uint64_t Statement::word(int column) const {
    return std::bit_cast<std::uint64_t>(integer(column));
}

std::string Statement::text(int column) const {
    const auto* bytes = sqlite3_column_text(handle_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return bytes == nullptr ? std::string()
                            : std::string(reinterpret_cast<const char*>(bytes), size);
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

} // namespace fragscope
