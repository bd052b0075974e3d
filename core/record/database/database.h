#pragma once

#include "fragscope/base/error.h"
#include "fragscope/record/database/statement.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fragscope {

enum class DatabaseAccess : std::uint8_t {
    ReadOnly,  ///< the file is not written, unless a half-written commit must be undone first
    ReadWrite, ///< the file exists already
    Create,    ///< like ReadWrite; made if missing
};

/// One connection to an SQLite file.
/// Invariants: (1) after the first failure every operation does nothing until clearFailure(), so a
/// sequence of operations is checked once, at its end; (2) every statement dies before its
/// database. A lock held by somebody else is waited for, up to five seconds. Used by one thread at
/// a time.
class Database {
public:
    /// ReadOnly: a file in a read-only folder that needs no recovery is opened as immutable.
    static Expected<Database> open(const std::string& path, DatabaseAccess access);

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Runs one or several statements without looking at results.
    void run(const std::string& sql);

    [[nodiscard]] Statement prepare(std::string_view sql);

    /// First column of the first row; 0 if there is none or it fails.
    [[nodiscard]] std::int64_t number(std::string_view sql);

    [[nodiscard]] bool ok() const;

    /// The first failure since the last clearFailure().
    [[nodiscard]] const std::optional<Error>& failure() const;
    void clearFailure();

    /// True if the failure is a full disk (or a reached limit of the file's size).
    [[nodiscard]] bool full() const;

    [[nodiscard]] const std::string& path() const;

    /// Key of the row inserted last.
    [[nodiscard]] std::int64_t lastKey() const;

private:
    friend class Transaction;

    explicit Database(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> connection_;
};

enum class TransactionKind : std::uint8_t {
    Read,  ///< all statements see the same state of the file
    Write, ///< takes the write lock at once (BEGIN IMMEDIATE): upgrading later could fail at once
};

/// A transaction that is undone unless committed.
class Transaction {
public:
    Transaction(Database& database, TransactionKind kind);
    ~Transaction();

    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// Commits if nothing has failed; look at the database's failure().
    void commit();

private:
    Database& database_;
    bool open_ = false;
};

} // namespace fragscope
