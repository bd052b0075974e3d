#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/scenario/scenario.h"

#include <QDirIterator>
#include <QTest>

namespace fragscope::test {

/// The file names of the shipped scenarios, sorted.
inline QStringList shippedScenarios() {
    QDirIterator files(FRAGSCOPE_SOURCE_DIR "/scenarios", {"*.toml"}, QDir::Files,
                       QDirIterator::Subdirectories);
    QStringList paths;
    while (files.hasNext()) {
        paths << files.next();
    }
    paths.sort();
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
