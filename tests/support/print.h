#pragma once

#include "fragscope/base/text.h"

#include <QTest>

#include <string>

/// Makes failed comparisons show the values: std::string and the strong types of base.
namespace QTest {

template <> inline char* toString(const std::string& text) {
    return qstrdup(text.c_str());
}

} // namespace QTest

namespace fragscope {

template <class Quantity>

requires requires(Quantity quantity) {
    text(quantity);
}

char* toString(const Quantity& quantity) {
    return qstrdup(text(quantity).c_str());
}

} // namespace fragscope
