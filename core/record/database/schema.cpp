#include "fragscope/record/database/schema.h"

#include "fragscope/record/database/database.h"
#include "fragscope/record/database/schema_sql.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace fragscope {

namespace {

namespace fs = std::filesystem;

/// The first page of an SQLite file begins with this header (sqlite.org/fileformat2, 1.3).
using Header = std::array<char, 100>;
constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t pageSizeAt = 16;        ///< 2 bytes; 1 means 65,536
constexpr std::size_t changeCounterAt = 24;   ///< 4 bytes
constexpr std::size_t pageCountAt = 28;       ///< 4 bytes; valid if both counters are equal
constexpr std::size_t userVersionAt = 60;     ///< 4 bytes
constexpr std::size_t applicationIdAt = 68;   ///< 4 bytes
constexpr std::size_t validForCounterAt = 92; ///< 4 bytes

std::uint32_t bigEndian(const Header& header, std::size_t at, std::size_t bytes = 4) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        value = (value << 8) | static_cast<unsigned char>(header.at(at + i));
    }
    return value;
}

Error refused(const std::string& path, std::string reason, ExitCode code = ExitCode::BadInput) {
    Error error;
    error.code = code;
    error.file = path;
    error.reason = std::move(reason);
    return error;
}

/// Bytes that the header promises; 0 if it does not say.
std::uint64_t promisedBytes(const Header& header) {
    if (bigEndian(header, changeCounterAt) != bigEndian(header, validForCounterAt)) {
        return 0;
    }
    const std::uint64_t pageSize = bigEndian(header, pageSizeAt, 2);
    return (pageSize == 1 ? 65536 : pageSize) * bigEndian(header, pageCountAt);
}

Expected<Presence> checkHeader(const std::string& path, const Header& header, std::uint64_t size) {
    if (size < header.size() || std::string_view(header.data(), magic.size()) != magic) {
        return refused(path, "this is not a Fragscope run file (not a database at all)");
    }
    if (bigEndian(header, applicationIdAt) != runFileApplicationId) {
        return refused(path, "this is a database, but not a Fragscope run file");
    }
    const std::uint32_t version = bigEndian(header, userVersionAt);
    if (version != runFileVersion) {
        return refused(path, fmt::format("the run file has format {}, this program understands {}: "
                                         "use a newer program",
                                         version, runFileVersion));
    }
    // With a write-ahead log beside it the file may be behind its own header.
    std::error_code ignored;
    if (size < promisedBytes(header) && !fs::exists(path + "-wal", ignored)) {
        return refused(path, fmt::format("the run file is truncated: {} of {} bytes are there",
                                         size, promisedBytes(header)));
    }
    return Presence::RunFile;
}

/// A name beside `path` that no other process or thread uses.
std::string temporaryName(const std::string& path) {
    static std::atomic<unsigned> counter{0};
    return fmt::format("{}.new-{}-{}", path, ::getpid(), counter++);
}

void removeQuietly(const std::string& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
}

Expected<Done> fillEmptyFile(const std::string& path) {
    Expected<Database> opened = Database::open(path, DatabaseAccess::Create);
    if (!opened) {
        return opened.error();
    }
    Database& database = opened.value();
    database.run("PRAGMA page_size = 4096; PRAGMA journal_mode = DELETE;");
    database.run(
        fmt::format("BEGIN IMMEDIATE; PRAGMA application_id = {}; PRAGMA user_version = {};",
                    runFileApplicationId, runFileVersion));
    database.run(schemaSql);
    database.run("COMMIT");
    return database.ok() ? Expected<Done>(Done{}) : Expected<Done>(*database.failure());
}

/// Gives a complete file its name unless the name is taken. File systems without hard links get a
/// rename, which could in theory replace a file made in the same moment.
Expected<Done> giveName(const std::string& temporary, const std::string& path) {
    std::error_code error;
    fs::create_hard_link(temporary, path, error);
    if (!error || error == std::errc::file_exists) {
        removeQuietly(temporary);
        return Done{};
    }
    fs::rename(temporary, path, error);
    if (!error) {
        return Done{};
    }
    removeQuietly(temporary);
    return systemRefused(path, "the run file cannot be created: " + error.message());
}

} // namespace

Expected<Presence> probeRunFile(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
        return Presence::Missing;
    }
    if (status.type() == fs::file_type::none) {
        return systemRefused(path, "the run file cannot be looked at: " + error.message());
    }
    if (status.type() == fs::file_type::directory) {
        return refused(path, "this is a folder, not a run file");
    }
    if (status.type() != fs::file_type::regular) {
        return refused(path, "this is not an ordinary file; a run file must be one");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return systemRefused(
            path, fmt::format("the run file cannot be opened: {}", std::strerror(errno)));
    }
    const std::uint64_t size = fs::file_size(path, error);
    if (size == 0) {
        return refused(path, "the file is empty, so it is not a Fragscope run file");
    }
    Header header{};
    file.read(header.data(), static_cast<std::streamsize>(header.size()));
    return checkHeader(path, header, size);
}

Expected<Done> createRunFile(const std::string& path) {
    const std::string temporary = temporaryName(path);
    removeQuietly(temporary);
    Expected<Done> filled = fillEmptyFile(temporary);
    if (!filled) {
        removeQuietly(temporary);
        Error error = filled.error();
        error.file = path;
        return error;
    }
    return giveName(temporary, path);
}

} // namespace fragscope
