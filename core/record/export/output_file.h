#pragma once

#include "fragscope/base/error.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fragscope {

/// How writing ended, if it did not fail.
enum class WriteEnd : std::uint8_t {
    Complete,
    ReaderLeft, ///< standard output is a pipe that nobody reads any more (as with `| head`)
};

/// A file that appears under its name only when it is complete; "-" is standard output. Names of
/// devices and pipes are written to directly. After a failure nothing more is written; finish()
/// tells.
class OutputFile {
public:
    static Expected<OutputFile> create(const std::string& path);

    OutputFile(OutputFile&&) noexcept;
    OutputFile& operator=(OutputFile&&) noexcept;

    /// Without finish() before, the incomplete file is removed.
    ~OutputFile();

    void write(std::string_view bytes);

    /// True once nothing written will arrive anywhere: failed, or the reader has left.
    [[nodiscard]] bool stopped() const;

    /// Writes the rest and gives the file its name, replacing an older one. Once.
    Expected<WriteEnd> finish();

private:
    struct State;
    explicit OutputFile(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

} // namespace fragscope
