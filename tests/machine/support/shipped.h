#pragma once

#include "fragscope/machine/machine.h"
#include "fragscope/scenario/scenario.h"

#include <QDirIterator>
#include <QTest>

namespace fragscope::test {

/// The file names of the shipped scenarios that are about the kernel and its movers.
inline QStringList shippedScenarios() {
<<<<<<< HEAD
    QDirIterator files(FRAGSCOPE_SOURCE_DIR "/scenarios", {"*.toml"}, QDir::Files,
                       QDirIterator::Subdirectories);
    QStringList paths;
    while (files.hasNext()) {
        paths << files.next();
=======
    QStringList paths;
    for (const char* subject : {"concurrent-move", "frames"}) {
        const QDir folder(QString(FRAGSCOPE_SOURCE_DIR "/scenarios/%1").arg(subject));
        for (const QString& name : folder.entryList({"*.toml"}, QDir::Files, QDir::Name)) {
            paths << folder.filePath(name);
        }
>>>>>>> paging
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
