#include "fragscope/scenario/scenario.h"
#include "fragscope/scenario/validate.h"

#include <QtTest>

#include "scenario/random_config.h"
#include "scenario/same_config.h"

using namespace fragscope;

class TestScenarioResolvedText : public QObject {
    Q_OBJECT

private slots:

    void resolvedText_parsedAgain_givesTheSameConfiguration() {
        for (std::uint64_t seed = 0; seed < 500; ++seed) {
            const RunConfig config = RandomConfig(seed).make();
            const auto issues = validate(config);
            QVERIFY2(issues.empty(), issues.empty() ? "" : issues.front().reason.c_str());
            const std::string text = resolvedText(config);
            const auto scenario = parseScenario(text, "");
            QVERIFY2(scenario.ok(), scenario ? "" : scenario.error().text().c_str());
            QVERIFY2(same(config, scenario->config), text.c_str());
            QCOMPARE(resolvedText(scenario->config), text);
        }
    }

    void resolvedText_anySettingChanged_isAnotherText() {
        RunConfig config;
        config.processes.emplace_back();
        const std::string before = resolvedText(config);
        config.processes[0].hotPercent = 91;
        QVERIFY(resolvedText(config) != before);
    }

    void resolvedText_namesEveryStoredSetting() {
        RunConfig config;
        config.processes.emplace_back();
        config.script.emplace_back();
        const std::string text = resolvedText(config);
        for (const Setting& setting : allSettings()) {
            const std::string line = "\n" + std::string(setting.name()) + " = ";
            const bool expected = !setting.derived && appliesTo(config, setting, 0);
            QVERIFY2((text.find(line) != std::string::npos) == expected, line.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestScenarioResolvedText)
#include "tst_scenario_resolved_text.moc"
