#pragma once

#include <QFile>
#include <QtTest>

/// Files that a command reads or writes.
inline QStringList words(const QString& text) {
    return text.split(' ', Qt::SkipEmptyParts);
}

inline void writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

inline QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no such file");
}

inline QList<QByteArray> linesOf(const QByteArray& table) {
    QList<QByteArray> lines = table.split('\n');
    for (QByteArray& line : lines) {
        line.replace('\r', "");
    }
    lines.removeLast(); // behind the last end of line
    return lines;
}
