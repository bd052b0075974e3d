#pragma once

#include "fragscope/machine/config.h"

#include <string_view>

namespace fragscope {

/// Which fields of a script action mean something; `at` and `do` always do.
struct ActionFields {
    bool process = false;
    bool other = false;
    bool size = false;
    bool offset = false;
    bool shared = false;

    /// `name` is the last part of a key: "size".
    [[nodiscard]] bool uses(std::string_view name) const;
};

ActionFields fieldsOf(Action action);

} // namespace fragscope
