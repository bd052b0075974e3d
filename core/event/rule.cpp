#include "fragscope/event/rule.h"

#include <array>
#include <utility>

namespace fragscope {

namespace {

using NameAndText = std::pair<std::string_view, std::string_view>;

constexpr std::array<NameAndText, static_cast<std::size_t>(Rule::Count)> registry{{
#define FRAGSCOPE_RULE_INFO(Name, text) {#Name, text},
    FRAGSCOPE_RULES(FRAGSCOPE_RULE_INFO)
#undef FRAGSCOPE_RULE_INFO
}};

} // namespace

std::string_view nameOf(Rule rule) {
    return registry.at(static_cast<std::size_t>(rule)).first;
}

std::string_view textOf(Rule rule) {
    return registry.at(static_cast<std::size_t>(rule)).second;
}

} // namespace fragscope
