#include "commands/number_option.h"

#include "fragscope/base/text.h"

#include <fmt/format.h>

namespace fragscope {

CLI::Option* addNumber(CLI::App& command,
                       const std::string& name,
                       std::uint64_t& number,
                       const std::string& description) {
    const auto read = [name, &number](const std::string& text) {
        const auto value = parseUnsigned(text);
        if (!value) {
            throw CLI::ValidationError(name, fmt::format("`{}` is not a whole number", text));
        }
        number = *value;
    };
    return command.add_option_function<std::string>(name, read, description)->type_name("N");
}

} // namespace fragscope
