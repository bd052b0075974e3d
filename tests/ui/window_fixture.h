#pragma once

#include "fragscope/ui/window/main_window.h"

#include "gui/window_hooks.h"
#include "ui/small_machine.h"
#include <memory>

namespace fragscope::test {

/// A window that shows a small machine, the whole run known, at its first step.
inline std::unique_ptr<MainWindow> windowWith(const RunConfig& config, QSize size = {1280, 720}) {
    auto window = std::make_unique<MainWindow>(windowHooks(std::make_shared<RunOpener>()));
    window->look().setTextPoints(MainWindow::textPointsFor(size.width()));
    window->resize(size);
    window->show();
    window->openRun(runOf(config));
    window->settle();
    return window;
}

} // namespace fragscope::test
