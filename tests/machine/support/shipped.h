#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/scenario/scenario.h"

#include <QDir>
#include <QTest>

namespace fragscope::test {

/// The shipped scenarios' file names, sorted.
inline QStringList shippedScenarios() {
    const QDir folder(FRAGSCOPE_SOURCE_DIR "/scenarios/concurrent-move");
    QStringList paths;
    for (const QString& name : folder.entryList({"*.toml"}, QDir::Files, QDir::Name)) {
        paths << folder.filePath(name);
    }
    return paths;
}

/// One row per shipped scenario, in the column `path`.
inline void eachShippedScenario() {
    QTest::addColumn<QString>("path");
    for (const QString& path : shippedScenarios()) {
        QTest::addRow("%s", qPrintable(QFileInfo(path).completeBaseName())) << path;
    }
}

/// Throws std::runtime_error if the scenario is refused.
inline RunConfig shippedConfig(const QString& path) {
    const auto scenario = loadScenario(path.toStdString());
    if (!scenario) {
        throw std::runtime_error(scenario.error().text());
    }
    return scenario->config;
}

} // namespace fragscope::test
