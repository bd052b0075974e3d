#pragma once

namespace fragscope {

/// The tables and views of version 1. Only the views are promised to stay as they are.
extern const char* const schemaSql;

} // namespace fragscope
