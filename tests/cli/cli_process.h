#pragma once

#include <QProcess>
#include <QtTest>

/// One call of fragscope-cli in the repository's folder, with a time limit.
struct CliResult {
    int code = -1;
    QByteArray out;
    QByteArray err;
};

inline CliResult runCli(const QStringList& arguments,
                        const QString& folder = FRAGSCOPE_SOURCE_DIR) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(qEnvironmentVariable("FRAGSCOPE_CLI"), arguments);
    process.closeWriteChannel();
    CliResult result;
    if (process.waitForStarted() && process.waitForFinished(150'000) &&
        process.exitStatus() == QProcess::NormalExit) {
        result.code = process.exitCode();
    }
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}
