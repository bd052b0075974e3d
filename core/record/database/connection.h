#pragma once

#include "fragscope/base/error.h"

#include <optional>
#include <string>

struct sqlite3;

namespace fragscope {

/// What a database and its statements share. Private to core/record/database.
struct Connection {
    sqlite3* handle = nullptr;
    std::string path;
    std::optional<Error> failure;
    int failureCode = 0; ///< SQLite's primary result code of the failure

    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Remembers the failure if it is the first; `code` is a result of SQLite.
    void fail(int code);
};

} // namespace fragscope
