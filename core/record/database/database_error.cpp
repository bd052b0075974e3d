#include "fragscope/record/database/database_error.h"

#include <array>
#include <fmt/format.h>
#include <sqlite3.h>

namespace fragscope {

namespace {

struct Sentence {
    int code;
    ExitCode exit;
    std::string_view text;
};

constexpr std::array<Sentence, 11> sentences{{
    {SQLITE_FULL, ExitCode::SystemRefused,
     "the disk is full (or the size limit of the recording is reached)"},
    {SQLITE_READONLY, ExitCode::SystemRefused,
     "the run file or its folder cannot be written: no permission, or a read-only place"},
    {SQLITE_IOERR, ExitCode::SystemRefused, "the system reported an error of reading or writing"},
    {SQLITE_CANTOPEN, ExitCode::SystemRefused,
     "the run file cannot be opened or created: no such folder, or no permission"},
    {SQLITE_PERM, ExitCode::SystemRefused, "no permission to use the run file"},
    {SQLITE_BUSY, ExitCode::SystemRefused,
     "another program kept the run file locked for more than five seconds"},
    {SQLITE_LOCKED, ExitCode::SystemRefused, "the run file is in use by this program itself"},
    {SQLITE_NOMEM, ExitCode::SystemRefused, "not enough memory"},
    {SQLITE_TOOBIG, ExitCode::SystemRefused, "a text is too long to be recorded"},
    {SQLITE_NOTADB, ExitCode::BadInput, "this is not a Fragscope run file (not a database at all)"},
    {SQLITE_CORRUPT, ExitCode::BadInput, "the run file is damaged: its pages do not fit together"},
}};

} // namespace

Error databaseError(std::string file, int sqliteCode, std::string_view detail) {
    Error error;
    error.file = std::move(file);
    for (const Sentence& sentence : sentences) {
        if (sentence.code == (sqliteCode & 0xff)) {
            error.code = sentence.exit;
            error.reason = sentence.text;
            if (sentence.code == SQLITE_IOERR) {
                error.reason += fmt::format(" ({}, code {})", detail, sqliteCode);
            }
            return error;
        }
    }
    error.code = ExitCode::BadInput;
    error.reason = fmt::format("the run file cannot be used: {} (code {})", detail, sqliteCode);
    return error;
}

} // namespace fragscope
