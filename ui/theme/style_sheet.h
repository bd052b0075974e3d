#pragma once

#include <QString>

namespace fragscope {

class Look;
struct Theme;

/// The style sheet of buttons, fields, menus, tables and scroll bars: flat, thin borders, round
/// corners.
QString styleSheetOf(const Theme& theme, const Look& look);

} // namespace fragscope
