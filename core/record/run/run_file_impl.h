#pragma once

#include "fragscope/record/database/database.h"
#include "fragscope/record/run/file_numbers.h"
#include "fragscope/record/run/run_file.h"

namespace fragscope {

/// The inside of RunFile. Private to core/record/run.
struct RunFile::Impl {
    Impl(Database open, FileNumbers names) : database(std::move(open)), numbers(std::move(names)) {}

    Database database;
    FileNumbers numbers;

    /// The error to return: what SQLite said, or else `reason`.
    Error error(std::string reason) const {
        if (database.failure()) {
            return *database.failure();
        }
        Error error = badInput(std::move(reason));
        error.file = database.path();
        return error;
    }

    /// Forgets an earlier failure: each call of the reader starts afresh.
    void begin() { database.clearFailure(); }

    /// Success if no statement since begin() failed.
    template <class T> Expected<T> result(T value) const {
        if (database.failure()) {
            return *database.failure();
        }
        return value;
    }

    Expected<std::vector<Event>> storedEvents(std::int64_t run, SeqRange range, std::size_t limit);
    Expected<std::vector<Event>> known(std::vector<Event> stored) const;
    RunRecord readRun(const Statement& row);
    void readParameters(RunRecord& record);
    std::uint64_t chainBefore(std::int64_t run, std::uint64_t firstSeq);
    std::uint64_t endOfBlock(std::int64_t run, std::uint64_t firstSeq);
};

} // namespace fragscope
