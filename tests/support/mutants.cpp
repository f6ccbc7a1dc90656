// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// Which mutant of scripts/mutate is active, by LATCHKEY_MUTANT. With LATCHKEY_MUTANT_TRACE=FILE,
/// FILE says afterwards which mutants each test case reached: one line "seconds, name, numbers" a
/// test case, separated by tabs.
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace {

unsigned number_in_environment() {
    const char* value = std::getenv("LATCHKEY_MUTANT");
    const std::string_view text = value == nullptr ? "" : value;
    unsigned number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// By number. Constant-initialised: mutants are reached before main.
constinit std::array<bool, 65'536> reached{};

class Trace : public doctest::IReporter {
public:
    explicit Trace(const doctest::ContextOptions& /*options*/) {
        if (const char* path = std::getenv("LATCHKEY_MUTANT_TRACE")) file_.open(path);
    }

    void test_case_start(const doctest::TestCaseData& test) override {
        name_ = test.m_name;
        reached.fill(false);
    }

    void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
        file_ << stats.seconds << '\t' << name_;
        for (std::size_t number = 0; number < reached.size(); ++number) {
            if (reached.at(number)) file_ << '\t' << number;
        }
        file_ << '\n';
    }

    void report_query(const doctest::QueryData& /*query*/) override {}

    void test_run_start() override {}

    void test_run_end(const doctest::TestRunStats& /*stats*/) override {}

    void test_case_reenter(const doctest::TestCaseData& /*test*/) override {}

    void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}

    void subcase_start(const doctest::SubcaseSignature& /*subcase*/) override {}

    void subcase_end() override {}

    void log_assert(const doctest::AssertData& /*assertion*/) override {}

    void log_message(const doctest::MessageData& /*message*/) override {}

    void test_case_skipped(const doctest::TestCaseData& /*test*/) override {}

private:
    std::ofstream file_;
    std::string name_;
};

REGISTER_LISTENER("trace", 1, Trace);

}  // namespace

extern "C" bool latchkey_is_active(unsigned number) noexcept {
    static const unsigned active = number_in_environment();
    static const bool traces = std::getenv("LATCHKEY_MUTANT_TRACE") != nullptr;
    if (traces) reached.at(number) = true;
    return number == active;
}
