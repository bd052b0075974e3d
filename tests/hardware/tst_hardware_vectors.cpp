#include <QTemporaryDir>
#include <QTest>

#include "commands/mmu.h"
#include "hardware/support/vector_files.h"
#include <fstream>
#include <sstream>

using namespace fragscope;
using namespace fragscope::test;

Q_DECLARE_METATYPE(fragscope::TlbConfig)

namespace {

TlbConfig twoLevels(Replacement replacement) {
    TlbConfig config;
    config.first = {16, 4, replacement};
    config.instruction = {8, 8, replacement};
    config.second = {64, 8, replacement};
    return config;
}

TlbConfig withStructureCaches(TlbConfig config) {
    config.pml4Entries = 4;
    config.pdptEntries = 4;
    config.pdEntries = 16;
    return config;
}

struct CommandResult {
    int code;
    std::string out;
    std::string err;
};

CommandResult runOn(const std::string& text) {
    QTemporaryDir folder;
    const std::string path = folder.filePath("v.jsonl").toStdString();
    std::ofstream(path, std::ios::binary) << text;
    std::ostringstream out;
    std::ostringstream err;
    const int code = runMmuCommand({path}, false, out, err);
    return {code, out.str(), err.str()};
}

/// A read of page 0 whose PML4E is absent; `error` is what the vector claims.
std::string smallVector(const std::string& error) {
    return R"({"id":"v","maxpa":40,"cr0":"0x80010011","cr4":"0x20","efer":"0xd00","pkru":"0x0",)"
           R"("cr3":"0x1000","cpl":3,"rflags":"0x2","acc":"r","va":"0x0","size":8,"ent":[],)"
           R"("out":{"kind":"exc","vec":14,"err":")" +
           error + R"(","cr2":"0x0"},"after":[],"may":[]})" + "\n";
}

} // namespace

class VectorsTest : public QObject {
    Q_OBJECT

private slots:
    void singleAccesses_areAllAsStated();
    void sequences_underEachTlb_areAllAllowed_data();
    void sequences_underEachTlb_areAllAllowed();
    void command_onGoodAndBadVectors_countsVectors();
    void command_malformedLine_namesItAndExits3_data();
    void command_malformedLine_namesItAndExits3();
    void command_walk_printsEachTableReference();
    void command_missingFile_isRefused();
    void command_truncatedGzip_isBadInput();
    void softDifference_isAWarningOnly();
};

void VectorsTest::singleAccesses_areAllAsStated() {
    const VectorRun run = runVectors("mmu-sample.jsonl.gz");
    QCOMPARE(run.vectors, 2000U);
    QVERIFY2(run.mismatched == 0, run.firstMismatch.c_str());
    QCOMPARE(run.warnings, 0U);
    QCOMPARE(run.malformed, 0U);
}

void VectorsTest::sequences_underEachTlb_areAllAllowed_data() {
    QTest::addColumn<TlbConfig>("tlb");
    QTest::newRow("lesson: 16 x 4") << TlbConfig();
    QTest::newRow("split, second level, LRU") << twoLevels(Replacement::Lru);
    QTest::newRow("split, second level, FIFO") << twoLevels(Replacement::Fifo);
    QTest::newRow("split, second level, tree PLRU") << twoLevels(Replacement::TreePlru);
    QTest::newRow("split, second level, random") << twoLevels(Replacement::Random);
    QTest::newRow("structure caches") << withStructureCaches({});
    QTest::newRow("everything") << withStructureCaches(twoLevels(Replacement::Lru));
}

void VectorsTest::sequences_underEachTlb_areAllAllowed() {
    QFETCH(TlbConfig, tlb);
    const VectorRun run = runVectors("mmu-tlb-sample.jsonl.gz", tlb);
    QCOMPARE(run.vectors, 240U);
    QVERIFY2(run.mismatched == 0, run.firstMismatch.c_str());
    QCOMPARE(run.malformed, 0U);
    for (const std::string& name : staleTemplates()) {
        QVERIFY2(run.templates.contains(name), name.c_str());
        QVERIFY2(run.templatesWithStaleOutcome.contains(name), name.c_str());
    }
    // Only a structure cache lets a never-touched page use the old table.
    QCOMPARE(run.templatesWithStaleOutcome.contains("pde-swap-psc"), true);
}

void VectorsTest::command_onGoodAndBadVectors_countsVectors() {
    const CommandResult good = runOn(smallVector("0x4") + "\n" + smallVector("0x4"));
    QCOMPARE(good.code, 0);
    QCOMPARE(good.out, std::string("2 vectors, 0 mismatches\n"));
    const CommandResult bad = runOn(smallVector("0x4") + smallVector("0x6"));
    QCOMPARE(bad.code, 1);
    QVERIFY(bad.out.find(":2: vector 2 (v): out expected exception 14 error 0x6 cr2 0x0, got "
                         "exception 14 error 0x4 cr2 0x0\n2 vectors, 1 mismatches\n") !=
            std::string::npos);
}

void VectorsTest::command_malformedLine_namesItAndExits3_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no JSON") << "{"
                             << ":2: not JSON at byte 2";
    QTest::newRow("no object") << "[1]"
                               << ":2: not a JSON object";
    QTest::newRow("field missing") << R"({"id":"v"})"
                                   << ":2: maxpa: missing";
    const QString good = QString::fromStdString(smallVector("0x4"));
    QTest::newRow("number wrong") << QString(good).replace("0x1000", "0xzz")
                                  << ":2: cr3: \"0xzz\" is not an unsigned number";
    QTest::newRow("access unknown")
        << QString(good).replace(R"("r")", R"("q")") << ":2: acc: \"q\" is not r, w or x";
    QTest::newRow("privilege unknown")
        << QString(good).replace(R"("cpl":3)", R"("cpl":1)") << ":2: cpl: 1 is not 0 or 3";
    QTest::newRow("entry unaligned")
        << QString(good).replace(R"("ent":[])", R"("ent":[["0x1001","0x1"]])")
        << ":2: ent: 0x1001 is not the address of an 8-byte word below 2^40";
    QTest::newRow("step unknown") << QString(good).replace(
                                         R"("ent":[],)",
                                         R"("ent":[],"templ":"t","steps":[{"op":"x"}],)")
                                  << ":2: op: \"x\" is unknown";
}

void VectorsTest::command_malformedLine_namesItAndExits3() {
    QFETCH(QString, line);
    QFETCH(QString, reason);
    const CommandResult result =
        runOn(smallVector("0x4") + line.trimmed().toStdString() + "\n" + smallVector("0x4"));
    QCOMPARE(result.code, 3);
    QVERIFY2(result.err.find(reason.toStdString() + "\n") != std::string::npos, result.err.c_str());
    QCOMPARE(result.out, std::string("2 vectors, 0 mismatches\n"));
}

void VectorsTest::command_walk_printsEachTableReference() {
    std::ostringstream out;
    std::ostringstream err;
    const std::string file = FRAGSCOPE_SOURCE_DIR "/scenarios/walks/widths.jsonl";
    QCOMPARE(runMmuCommand({file}, true, out, err), 0);
    const std::string text = out.str();
    QVERIFY2(text.find("5 vectors, 0 mismatches") != std::string::npos, text.c_str());
    std::size_t steps = 0;
    for (auto at = text.find(" walks for "); at != std::string::npos;
         at = text.find(" walks for ", at + 1)) {
        ++steps;
    }
    QCOMPARE(steps, std::size_t{2 + 1 + 2 + 2 + 2}); // two levels, or one for the 4 MiB page
    QVERIFY2(text.find("-> exception 14 error 0x4 cr2 0x812340") != std::string::npos,
             text.c_str());
}

void VectorsTest::command_missingFile_isRefused() {
    std::ostringstream out;
    std::ostringstream err;
    QCOMPARE(runMmuCommand({"/no/such/file.jsonl"}, false, out, err), 5);
    QVERIFY(err.str().find("/no/such/file.jsonl: ") != std::string::npos);
}

void VectorsTest::command_truncatedGzip_isBadInput() {
    std::ifstream whole(vectorFile("mmu-sample.jsonl.gz"), std::ios::binary);
    std::string bytes(50000, '\0');
    whole.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const CommandResult result = runOn(bytes);
    QCOMPARE(result.code, 3);
    QVERIFY(result.err.find("unexpected end of file") != std::string::npos);
}

void VectorsTest::softDifference_isAWarningOnly() {
    std::string vector = smallVector("0x4");
    // The PML4E exists now and must have A set afterwards, which `soft` makes a matter of taste.
    vector.replace(vector.find(R"("ent":[])"), 8, R"("ent":[["0x1000","0x2"]])");
    vector.replace(vector.find(R"("after":[])"), 10,
                   R"("after":[["0x1000","0x22"]],"soft":[["0x1000","0x20"]])");
    const CommandResult result = runOn(vector);
    QCOMPARE(result.code, 0);
    QCOMPARE(result.out, std::string("1 vectors, 0 mismatches\n"));
    QVERIFY(result.err.find("(warning): entry 0x1000 expected 0x22, got 0x2") != std::string::npos);
}

QTEST_GUILESS_MAIN(VectorsTest)
#include "tst_hardware_vectors.moc"
