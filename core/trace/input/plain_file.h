#pragma once

#include "fragscope/trace/input/byte_source.h"

#include <cstdio>

namespace fragscope {

/// A file as it is. Its first bytes can be looked at before they are read.
class PlainFile final : public ByteSource {
public:
    static Expected<std::unique_ptr<PlainFile>> open(const std::string& path);

    Expected<std::size_t> read(std::span<char> into) override;

    [[nodiscard]] std::uint64_t position() const override { return position_; }

    [[nodiscard]] std::uint64_t total() const override { return total_; }

    /// The first four bytes, or as many as there are; they are still to be read.
    [[nodiscard]] std::string_view magic() const { return magic_; }

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    struct Close {
        void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
    };

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::string magic_;
    std::size_t magicLeft_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace fragscope
