#include "fragscope/record/export/csv_writer.h"

#include "record/csv_reader.h"
#include "record/record_children.h"
#include <clocale>
#include <limits>
#include <locale>

using namespace fragscope;

namespace {

std::string written(const std::function<void(CsvWriter&)>& write, LineEnd lineEnd = LineEnd::CrLf) {
    const Folder folder;
    OutputFile out = std::move(OutputFile::create(folder.file("t.csv"))).value();
    CsvWriter csv(out, lineEnd);
    write(csv);
    if (!out.finish()) {
        qFatal("finish");
    }
    return bytesOf(folder.file("t.csv"));
}

/// Decimal comma, groups of thousands: what a German locale does to careless programs.
class CommaNumbers : public std::numpunct<char> {
protected:
    char do_decimal_point() const override { return ','; }

    char do_thousands_sep() const override { return '.'; }

    std::string do_grouping() const override { return "\3"; }
};

/// Writes rows to standard output until told to stop; says on standard error how it ended.
int writeRows(const std::string& path) {
    OutputFile out = std::move(OutputFile::create(path)).value();
    CsvWriter csv(out, LineEnd::Lf);
    std::uint64_t rows = 0;
    while (!out.stopped() && rows < 50'000'000) {
        csv.number(rows++).endRow();
    }
    const auto end = out.finish();
    if (!end) {
        return 5;
    }
    return *end == WriteEnd::ReaderLeft && rows < 50'000'000 ? 42 : 43;
}

const std::map<std::string, ChildPart> parts{{"rows", writeRows}};

} // namespace

/// The CSV writer and the file below it.
class TestRecordCsv : public QObject {
    Q_OBJECT

private slots:

    void fields_quotedOnlyWhenNeeded() {
        const std::string text = written([](CsvWriter& csv) {
            csv.text("plain")
                .text("two words")
                .text("a,b")
                .text("say \"hi\"")
                .text("l1\nl2")
                .text("c\rd");
            csv.text("").empty().text("Grüße").text("'").endRow();
        });
        QCOMPARE(text, std::string("plain,two words,\"a,b\",\"say \"\"hi\"\"\",\"l1\nl2\",\"c\rd\","
                                   ",,Grüße,'\r\n"));
    }

    void numbers_shortestExactForm() {
        const std::string text = written(
            [](CsvWriter& csv) {
                csv.number(0).number(std::numeric_limits<std::uint64_t>::max());
                csv.hex(0).hex(0xffff800000000000).real(0.1 + 0.2).real(0.25).real(1e300).endRow();
            },
            LineEnd::Lf);
        QCOMPARE(text, std::string("0,18446744073709551615,0x0,0xffff800000000000,"
                                   "0.30000000000000004,0.25,1e+300\n"));
    }

    void row_ofOneEmptyField_isNotAnEmptyLine() {
        QCOMPARE(written([](CsvWriter& csv) { csv.text("").endRow(); }), std::string("\"\"\r\n"));
    }

    void anyTexts_readBackByAnIndependentReader() {
        const std::string alphabet("a,\"\r\n ;\'x\t\\\0\xc3\xa9", 14);
        for (std::uint64_t seed = 0; seed < 400; ++seed) {
            Rng rng(seed);
            const LineEnd lineEnd = seed % 2 == 0 ? LineEnd::CrLf : LineEnd::Lf;
            std::vector<std::vector<std::string>> rows(1 + rng.below(6));
            for (std::vector<std::string>& row : rows) {
                row.resize(1 + rng.below(5));
                for (std::string& field : row) {
                    field.resize(rng.below(7));
                    for (char& c : field) {
                        c = alphabet[rng.below(alphabet.size())];
                    }
                }
            }
            const std::string text = written(
                [&](CsvWriter& csv) {
                    for (const std::vector<std::string>& row : rows) {
                        for (const std::string& field : row) {
                            csv.text(field);
                        }
                        csv.endRow();
                    }
                },
                lineEnd);
            const CsvText read = parseCsv(text, lineEnd == LineEnd::CrLf ? "\r\n" : "\n");
            QVERIFY2(read.wellFormed,
                     qPrintable(QString("seed %1: %2").arg(seed).arg(text.c_str())));
            QVERIFY2(read.rows == rows,
                     qPrintable(QString("seed %1: %2").arg(seed).arg(text.c_str())));
        }
    }

    void numbers_underAGermanLocale_stayTheSame() {
        const auto write = [](CsvWriter& csv) {
            csv.number(1234567).real(0.5).real(1234567.25).hex(4096).endRow();
        };
        const std::string before = written(write);
        const std::locale old = std::locale::global(std::locale(std::locale(), new CommaNumbers));
        std::ostringstream careless;
        careless << 1234567 << " " << 0.5;
        const std::string under = written(write);
        std::locale::global(old);
        QCOMPARE(careless.str(), std::string("1.234.567 0,5")); // the locale really is in force
        QCOMPARE(under, before);
    }

    void numbers_underTheCLibrarysGermanLocale_stayTheSame() {
        const QString old = QString::fromLatin1(std::setlocale(LC_ALL, nullptr));
        const Folder folder;
        QProcess compiler;
        compiler.start("localedef", {"-i", "de_DE", "-f", "UTF-8",
                                     QString::fromStdString(folder.file("de_DE.UTF-8"))});
        if (!compiler.waitForFinished() || !QDir(folder.path().c_str()).exists("de_DE.UTF-8")) {
            QSKIP("no German locale can be made here; the test above does not need one");
        }
        qputenv("LOCPATH", folder.path().c_str());
        const char* set = std::setlocale(LC_ALL, "de_DE.UTF-8");
        char careless[16] = "";
        std::snprintf(careless, sizeof careless, "%.1f", 0.5);
        const std::string under =
            written([](CsvWriter& csv) { csv.real(0.5).real(-1e-7).number(1'000'000).endRow(); });
        std::setlocale(LC_ALL, old.toLatin1().constData());
        qunsetenv("LOCPATH");
        QVERIFY(set != nullptr);
        QCOMPARE(std::string(careless), std::string("0,5")); // the locale really is in force
        QCOMPARE(under, std::string("0.5,-1e-07,1000000\r\n"));
    }

    void file_appearsOnlyWhenComplete() {
        const Folder folder;
        const std::string path = folder.file("t.csv");
        writeBytes(path, "old");
        {
            OutputFile out = std::move(OutputFile::create(path)).value();
            out.write(std::string(1 << 20, 'x'));
            QCOMPARE(bytesOf(path), std::string("old"));
        }
        QCOMPARE(bytesOf(path), std::string("old")); // given up: the old one stays, nothing else
        QCOMPARE(folder.names(), QStringList{"t.csv"});
        OutputFile out = std::move(OutputFile::create(path)).value();
        out.write("new");
        QVERIFY(*out.finish() == WriteEnd::Complete);
        QCOMPARE(bytesOf(path), std::string("new"));
        QCOMPARE(folder.names(), QStringList{"t.csv"});
    }

    void file_inAMissingFolder_isRefused() {
        const Folder folder;
        const auto out = OutputFile::create(folder.file("no/t.csv"));
        QVERIFY(!out.ok());
        QVERIFY(out.error().code == ExitCode::SystemRefused);
        QVERIFY(out.error().text().find("no/t.csv: cannot be created: ") != std::string::npos);
    }

    void fullDisk_isAnErrorOfFinish() {
        OutputFile out = std::move(OutputFile::create("/dev/full")).value();
        out.write(std::string(1 << 20, 'x'));
        QVERIFY(out.stopped());
        const auto end = out.finish();
        QVERIFY(!end.ok());
        QVERIFY(end.error().code == ExitCode::SystemRefused);
        QCOMPARE(end.error().text(),
                 std::string("/dev/full: cannot be written: No space left on device"));
    }

    void standardOutput_readerLeaves_stopsCleanly() {
        Child child("rows", "-");
        QVERIFY(child.waitUntilReady());
        child.closeOutput();
        QCOMPARE(child.wait(), 42);
    }
};

int main(int argc, char** argv) {
    TestRecordCsv test;
    return mainWithParts(test, parts, argc, argv);
}

#include "tst_record_csv.moc"
