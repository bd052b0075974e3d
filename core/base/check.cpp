#include "fragscope/base/check.h"

#include <fmt/format.h>
#include <string_view>

namespace fragscope {

void failCheck(const char* condition, const char* file, int line, const std::string& detail) {
    const std::string_view path(file);
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    throw LogicError(fmt::format("{}:{}: {} ({})", name, line, condition, detail));
}

} // namespace fragscope
