#pragma once

#include "fragscope/trace/input/plain_file.h"

namespace fragscope {

/// The content of a zstd file (RFC 8878), of one or several frames. Windows over 128 MiB are
/// refused.
std::unique_ptr<ByteSource> makeZstdSource(std::unique_ptr<PlainFile> file);

} // namespace fragscope
