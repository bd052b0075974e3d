#pragma once

#include "fragscope/trace/input/plain_file.h"

namespace fragscope {

/// The content of a gzip file (RFC 1952), of one or several members.
std::unique_ptr<ByteSource> makeGzipSource(std::unique_ptr<PlainFile> file);

} // namespace fragscope
