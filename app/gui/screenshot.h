#pragma once

#include "gui/options.h"

namespace fragscope {

class MainWindow;

/// Shows the step that the options name in a window of their size and saves a picture of it.
/// Without a step that is the middle of the first transfer block, if the run has one.
Expected<Done> takeScreenshot(MainWindow& window, const Options& options);

} // namespace fragscope
