#include "fragscope/scenario/preset.h"
#include "fragscope/scenario/settings.h"
#include "fragscope/scenario/validate.h"

#include <QtTest>

#include "scenario/number_fields.h"
#include "scenario/random_config.h"
#include "scenario/same_config.h"
#include <algorithm>
#include <set>

using namespace fragscope;

namespace {

RunConfig twoProcesses() {
    RunConfig config;
    config.processes.resize(2);
    config.processes[0].name = "one";
    config.processes[1].name = "two";
    return config;
}

QString failureOf(RunConfig& config, std::string_view assignment) {
    const auto result = applySet(config, assignment);
    return result ? QString() : QString::fromStdString(result.error().text());
}

} // namespace

Q_DECLARE_METATYPE(NumberOf)

class TestScenarioSettings : public QObject {
    Q_OBJECT

private slots:

    void registry_everyRow_hasKeySentenceAndAcceptsItsDefault() {
        std::set<std::string_view> keys;
        RunConfig config;
        config.processes.emplace_back();
        config.script.emplace_back();
        for (const Setting& setting : allSettings()) {
            const QByteArray key(setting.key.data(), static_cast<int>(setting.key.size()));
            QVERIFY2(keys.insert(setting.key).second, key);
            QVERIFY2(setting.sentence.ends_with('.'), key);
            const SettingValue spelled = setting.read(config);
            QVERIFY2(!setting.write(config, 0, spelled), key);
            QVERIFY2(!setting.write(config, 0, plainText(spelled)), key);
            QVERIFY2(setting.read(config) == spelled, key);
        }
        QVERIFY(keys.size() > 60);
    }

    void registry_choices_haveNamesAndSentences() {
        for (const Setting& setting : allSettings()) {
            QCOMPARE(setting.type == SettingType::Choice, !setting.choices.empty());
            std::set<std::string_view> names;
            for (const Choice& choice : setting.choices) {
                QVERIFY(names.insert(choice.name).second);
                QVERIFY(!choice.sentence.empty());
            }
        }
    }

    /// Copying all settings one by one copies the whole configuration: no field lacks a setting.
    void registry_copySettingBySetting_givesEqualConfiguration() {
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            const RunConfig source = RandomConfig(seed).make();
            RunConfig copy;
            copy.processes.resize(source.processes.size());
            copy.script.resize(source.script.size());
            QVERIFY(!same(source, copy));
            for (const Setting& setting : allSettings()) {
                for (std::size_t i = 0; i < itemsOf(source, setting.section); ++i) {
                    const auto issue = setting.write(copy, i, setting.read(source, i));
                    QVERIFY2(!issue, issue ? issue->reason.c_str() : "");
                }
            }
            QVERIFY2(same(source, copy), qPrintable(QString("seed %1").arg(seed)));
        }
    }

    /// Keys whose fields have the same type could be mixed up without the copy noticing.
    void write_key_changesTheFieldOfThatName_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<NumberOf>("field");
        for (const auto& [key, field] : numberFields) {
            QTest::newRow(key) << QString(key) << field;
        }
    }

    void write_key_changesTheFieldOfThatName() {
        QFETCH(QString, key);
        QFETCH(NumberOf, field);
        RunConfig config = twoProcesses();
        config.script.resize(1);
        const QString full = key.startsWith("action.") ? QString(key).insert(7, "1.") : key;
        QCOMPARE(failureOf(config, (full + "=64").toStdString()), QString());
        QCOMPARE(field(config), std::uint64_t{64});
    }

    void write_valueForms_areUnderstood_data() {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("expected");
        QTest::newRow("size") << "mover.transfer_block=16 KiB"
                              << "mover.transfer_block"
                              << "16 KiB";
        QTest::newRow("size in bytes") << "mover.transfer_block = 8192"
                                       << "mover.transfer_block"
                                       << "8 KiB";
        QTest::newRow("word") << "mover.transfer_block=auto"
                              << "mover.transfer_block"
                              << "auto";
        QTest::newRow("count") << "machine.cpus=4"
                               << "machine.cpus"
                               << "4";
        QTest::newRow("large seed") << "seed=0xffffffffffffffff"
                                    << "seed"
                                    << "18446744073709551615";
        QTest::newRow("cycles") << "cost.tlb_hit=2 cycles"
                                << "cost.tlb_hit"
                                << "2";
        QTest::newRow("flag") << "check=false"
                              << "check"
                              << "false";
        QTest::newRow("choice") << "mover.shootdown=none"
                                << "mover.shootdown"
                                << "none";
        QTest::newRow("list of numbers") << "process.cpus=0, 1"
                                         << "process.cpus"
                                         << "0, 1";
        QTest::newRow("empty list") << "process.cpus="
                                    << "process.cpus"
                                    << "";
        QTest::newRow("blocks") << "process.blocks=1 MiB @ frame 0x100, 8 KiB"
                                << "process.blocks"
                                << "1 MiB @ frame 256, 8 KiB";
        QTest::newRow("holes") << "machine.holes=64 KiB @ 1 MiB"
                               << "machine.holes"
                               << "64 KiB @ 0x100000";
        QTest::newRow("script") << "process.script=read 0x10,write 8"
                                << "process.script"
                                << "read 0x10, write 0x8";
        QTest::newRow("address") << "process.start=0x20000000"
                                 << "process.start"
                                 << "0x20000000";
        QTest::newRow("own think") << "process.think=cost.think"
                                   << "process.think"
                                   << "cost.think";
    }

    void write_valueForms_areUnderstood() {
        QFETCH(QString, assignment);
        QFETCH(QString, key);
        QFETCH(QString, expected);
        RunConfig config = twoProcesses();
        QCOMPARE(failureOf(config, assignment.toStdString()), QString());
        const Setting* setting = settingNamed(key.toStdString());
        for (std::size_t i = 0; i < itemsOf(config, setting->section); ++i) {
            QCOMPARE(QString::fromStdString(plainText(setting->read(config, i))), expected);
        }
    }

    void set_wrongAssignment_isRefusedAndChangesNothing_data() {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no value") << "seed"
                                  << "seed: expected KEY=VALUE";
        QTest::newRow("unknown") << "mover.transferblock=1"
                                 << "mover.transferblock: there is no such setting; did you mean "
                                    "`mover.transfer_block`?";
        QTest::newRow("far from all") << "xyzzy.abc.def=1"
                                      << "xyzzy.abc.def: there is no such setting (see `list "
                                         "settings`)";
        QTest::newRow("not a number") << "machine.cpus=many"
                                      << "machine.cpus: expected a whole number, not `many`";
        QTest::newRow("too large") << "machine.cpus=17"
                                   << "machine.cpus: 17 is outside 1 to 16";
        QTest::newRow("beyond 32 bits") << "process.write_percent=4294967297"
                                        << "process.write_percent: 4294967297 is outside 0 to 100";
        QTest::newRow("unit") << "machine.memory=8 MB"
                              << "machine.memory: expected a size such as `64 KiB` (B, KiB, MiB, "
                                 "GiB, TiB), not `8 MB`";
        QTest::newRow("not whole pages")
            << "mover.transfer_block=5000"
            << "mover.transfer_block: 5000 B is not a multiple of 4 KiB";
        QTest::newRow("choice") << "mover.shootdown=acknowleged"
                                << "mover.shootdown: `acknowleged` is not a choice: did you mean "
                                   "`acknowledged`? Choices: acknowledged, unacknowledged, "
                                   "after-copy, none";
        QTest::newRow("element") << "process.blocks=1 MiB, 5 B"
                                 << "process.blocks: `5 B` is not of the form SIZE or SIZE @ frame "
                                    "N, of whole 4 KiB pages (`1 MiB @ frame 256`)";
        QTest::newRow("unknown process") << "process.three.accesses=1"
                                         << "process.three.accesses: there is no process `three`; "
                                            "processes: one, two";
        QTest::newRow("name of all") << "process.name=x"
                                     << "process.name: say which process: process.NAME.name";
        QTest::newRow("which action") << "action.at=1"
                                      << "action.at: say which action: action.1.at";
        QTest::newRow("no action 1") << "action.1.at=1"
                                     << "action.1.at: the scenario has 0 actions, counted from 1";
    }

    void set_wrongAssignment_isRefusedAndChangesNothing() {
        QFETCH(QString, assignment);
        QFETCH(QString, expected);
        RunConfig config = twoProcesses();
        QCOMPARE(failureOf(config, assignment.toStdString()), expected);
        QVERIFY(same(config, twoProcesses()));
    }

    void set_namedProcess_changesOnlyThatOne() {
        RunConfig config = twoProcesses();
        QCOMPARE(failureOf(config, "process.two.accesses=7"), QString());
        QCOMPARE(config.processes[0].accesses, std::uint64_t{0});
        QCOMPARE(config.processes[1].accesses, std::uint64_t{7});
    }

    void set_numberedAction_changesOnlyThatOne() {
        RunConfig config = twoProcesses();
        config.script.resize(2);
        QCOMPARE(failureOf(config, "action.2.at=7"), QString());
        QCOMPARE(config.script[0].atCycles, std::uint64_t{0});
        QCOMPARE(config.script[1].atCycles, std::uint64_t{7});
    }

    void preset_asWritten_setsWhatTheSeedSays() {
        RunConfig config;
        config.mover.algorithm = MoverAlgorithm::StopTheWorld;
        config.mover.pinned = PinnedFrames::Ignore;
        QCOMPARE(failureOf(config, "mover.preset=as-written"), QString());
        QVERIFY(config.mover.algorithm == MoverAlgorithm::EntryE);
        QVERIFY(config.mover.shootdown == ShootdownMode::None);
        QVERIFY(config.mover.handler == HandlerMode::AsWritten);
        QVERIFY(config.mover.wait == WaitMode::Edge);
        QVERIFY(config.mover.order == MoveOrder::RemapThenCopy);
        QVERIFY(config.mover.pinned == PinnedFrames::Skip);
        QCOMPARE(plainText(settingNamed("mover.preset")->read(config)), std::string("as-written"));
    }

    void preset_repaired_isTheDefaultConfiguration() {
        RunConfig config;
        QCOMPARE(plainText(settingNamed("mover.preset")->read(config)), std::string("repaired"));
        QCOMPARE(failureOf(config, "mover.preset=repaired"), QString());
        QVERIFY(same(config, RunConfig{}));
    }

    void preset_thenOneKey_readsAsOwn() {
        RunConfig config;
        QCOMPARE(failureOf(config, "mover.preset=as-written"), QString());
        QCOMPARE(failureOf(config, "mover.handler=rewalk"), QString());
        QCOMPARE(plainText(settingNamed("mover.preset")->read(config)), std::string("own"));
        QCOMPARE(failureOf(config, "mover.preset=own"), QString());
        QVERIFY(config.mover.shootdown == ShootdownMode::None);
    }

    void flattened_rows_canBeAppliedToAnEqualShape() {
        const RunConfig source = RandomConfig(7).make();
        RunConfig copy;
        copy.processes.resize(source.processes.size());
        for (std::size_t i = 0; i < copy.processes.size(); ++i) {
            copy.processes[i].name = source.processes[i].name;
        }
        copy.script.resize(source.script.size());
        for (const auto& [key, value] : flattened(source)) {
            if (key != "mover.preset") {
                QCOMPARE(failureOf(copy, key + "=" + value), QString());
            }
        }
        QVERIFY(same(source, copy));
    }
};

QTEST_GUILESS_MAIN(TestScenarioSettings)
#include "tst_scenario_settings.moc"
