#pragma once

#include "fragscope/base/error.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace fragscope {

/// The bytes of a file, decompressed if they begin like gzip or zstd.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// Fills the front of `into`; returns how many bytes, 0 at the end. Errors: the file cannot be
    /// read, or its compression is damaged or truncated.
    virtual Expected<std::size_t> read(std::span<char> into) = 0;

    /// Bytes of the file itself that were read so far.
    [[nodiscard]] virtual std::uint64_t position() const = 0;

    /// Bytes of the file itself; 0 if not known (a pipe).
    [[nodiscard]] virtual std::uint64_t total() const = 0;
};

/// Errors: no such file, no permission, a folder.
Expected<std::unique_ptr<ByteSource>> openBytes(const std::string& path);

} // namespace fragscope
