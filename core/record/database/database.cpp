#include "fragscope/record/database/database.h"

#include "fragscope/record/database/connection.h"
#include "fragscope/record/database/database_error.h"

#include <filesystem>
#include <fmt/format.h>
#include <sqlite3.h>

namespace fragscope {

namespace {

constexpr int busyMilliseconds = 5000;

/// Looks again every millisecond: a recorder that writes without pause leaves only short gaps,
/// which SQLite's own waits (up to 100 ms each) would miss.
int waitForLock(void*, int attempts) {
    sqlite3_sleep(1);
    return attempts < busyMilliseconds ? 1 : 0;
}

/// An SQLite URI of a path, whatever characters it has.
std::string uriOf(const std::string& path, std::string_view query) {
    std::string uri = "file:";
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' || c == '_';
        uri += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
    return uri.append("?").append(query);
}

/// Views and triggers of a file from elsewhere must not call anything that has effects.
void distrust(sqlite3* handle) {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

std::unique_ptr<Connection> connect(const std::string& path, std::string_view query, int flags) {
    auto connection = std::make_unique<Connection>();
    connection->path = path;
    const std::string uri = uriOf(path, query);
    const int code =
        sqlite3_open_v2(uri.c_str(), &connection->handle, flags | SQLITE_OPEN_URI, nullptr);
    if (code != SQLITE_OK) {
        connection->fail(code);
        return connection;
    }
    sqlite3_extended_result_codes(connection->handle, 1);
    sqlite3_busy_handler(connection->handle, waitForLock, nullptr);
    distrust(connection->handle);
    // Opening reads nothing; this does, and so finds what is wrong with the file.
    const int looked = sqlite3_exec(connection->handle, "SELECT 1 FROM sqlite_master LIMIT 1",
                                    nullptr, nullptr, nullptr);
    if (looked != SQLITE_OK) {
        connection->fail(looked);
    }
    return connection;
}

bool nothingToRecover(const std::string& path) {
    std::error_code ignored;
    return !std::filesystem::exists(path + "-wal", ignored) &&
           !std::filesystem::exists(path + "-journal", ignored);
}

std::unique_ptr<Connection> connectReadOnly(const std::string& path) {
    std::unique_ptr<Connection> connection = connect(path, "mode=ro", SQLITE_OPEN_READONLY);
    const int code = connection->failureCode;
    if (code != SQLITE_READONLY && code != SQLITE_CANTOPEN) {
        return connection;
    }
    if (nothingToRecover(path)) {
        return connect(path, "mode=ro&immutable=1", SQLITE_OPEN_READONLY);
    }
    // A program was killed in the middle of a commit without a write-ahead log: only a writer can
    // undo what is half written.
    connect(path, "mode=rw", SQLITE_OPEN_READWRITE).reset();
    return connect(path, "mode=ro", SQLITE_OPEN_READONLY);
}

} // namespace

Connection::~Connection() {
    sqlite3_close_v2(handle);
}

void Connection::fail(int code) {
    if (failure) {
        return;
    }
    failureCode = code & 0xff;
    failure = databaseError(path, code, handle == nullptr ? "" : sqlite3_errmsg(handle));
}

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Expected<Database> Database::open(const std::string& path, DatabaseAccess access) {
    const int flags = access == DatabaseAccess::Create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                       : SQLITE_OPEN_READWRITE;
    std::unique_ptr<Connection> connection = access == DatabaseAccess::ReadOnly
                                                 ? connectReadOnly(path)
                                                 : connect(path, "cache=private", flags);
    if (connection->failure) {
        return *connection->failure;
    }
    if (access != DatabaseAccess::ReadOnly &&
        sqlite3_db_readonly(connection->handle, "main") == 1) {
        connection->fail(SQLITE_READONLY);
        return *connection->failure;
    }
    return Database(std::move(connection));
}

void Database::run(const std::string& sql) {
    if (connection_->failure) {
        return;
    }
    const int code = sqlite3_exec(connection_->handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        connection_->fail(code);
    }
}

Statement Database::prepare(std::string_view sql) {
    return Statement(*connection_, sql);
}

std::int64_t Database::number(std::string_view sql) {
    Statement statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

bool Database::ok() const {
    return !connection_->failure.has_value();
}

const std::optional<Error>& Database::failure() const {
    return connection_->failure;
}

void Database::clearFailure() {
    connection_->failure.reset();
    connection_->failureCode = 0;
}

bool Database::full() const {
    return connection_->failure && connection_->failureCode == SQLITE_FULL;
}

const std::string& Database::path() const {
    return connection_->path;
}

std::int64_t Database::lastKey() const {
    return sqlite3_last_insert_rowid(connection_->handle);
}

Transaction::Transaction(Database& database, TransactionKind kind) : database_(database) {
    database_.run(kind == TransactionKind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
    open_ = database_.ok();
}

void Transaction::commit() {
    if (!open_) {
        return;
    }
    database_.run("COMMIT");
    open_ = !database_.ok();
}

Transaction::~Transaction() {
    if (open_) {
        // Not through run(): it must happen after a failure, too. SQLite may have undone it
        // already.
        sqlite3_exec(database_.connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

} // namespace fragscope
