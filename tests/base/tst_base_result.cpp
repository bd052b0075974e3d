#include "fragscope/base/error.h"
#include "fragscope/base/result.h"

#include <QTest>

#include "support/print.h"
#include <memory>
#include <string>

using namespace fragscope;

namespace {

/// The text of the LogicError that `action` throws; empty if it throws none.
template <class Action> std::string logicErrorOf(Action action) {
    try {
        action();
    } catch (const LogicError& error) {
        return error.what();
    }
    return {};
}

} // namespace

class TestBaseResult : public QObject {
    Q_OBJECT

private slots:

    void value_ofSuccess_isReadable() {
        const Result<int, std::string> good(7);
        QVERIFY(good.ok());
        QVERIFY(static_cast<bool>(good));
        QCOMPARE(good.value(), 7);
        QCOMPARE(*good, 7);
        QVERIFY(!logicErrorOf([&] { (void)good.error(); }).empty());
    }

    void value_ofFailure_isBrokenInvariant() {
        Result<int, std::string> failed(std::string("no fitting segment"));
        QVERIFY(!failed.ok());
        QCOMPARE(failed.error(), std::string("no fitting segment"));
        const std::string message = logicErrorOf([&] { (void)failed.value(); });
        QVERIFY2(message.find("value of a failed Result") != std::string::npos, message.c_str());
        const auto& constant = failed;
        QVERIFY(!logicErrorOf([&] { (void)constant.value(); }).empty());
        QVERIFY(!logicErrorOf([&] { (void)std::move(failed).value(); }).empty());
    }

    void value_sameTypeTwice_sidesStayApart() {
        QVERIFY((Result<std::unique_ptr<int>, int>(std::make_unique<int>(3)).ok()));
        Result<std::unique_ptr<int>, int> owner(std::make_unique<int>(3));
        const std::unique_ptr<int> taken = std::move(owner).value();
        QCOMPARE(*taken, 3);
    }

    void check_broken_namesPlaceConditionAndDetail() {
        const int free = 3;
        const std::string message =
            logicErrorOf([&] { FRAGSCOPE_CHECK(free > 4, "free " + std::to_string(free)); });
        QVERIFY2(message.starts_with("tst_base_result.cpp:"), message.c_str());
        QVERIFY2(message.ends_with(": free > 4 (free 3)"), message.c_str());
    }

    void check_holding_doesNotBuildItsDetail() {
        int built = 0;
        const auto detail = [&] {
            ++built;
            return std::string();
        };
        FRAGSCOPE_CHECK(built == 0, detail());
        QCOMPARE(built, 0);
    }
};

QTEST_GUILESS_MAIN(TestBaseResult)
#include "tst_base_result.moc"
