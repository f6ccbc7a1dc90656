// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_cases.hpp"
#include "latchkey/result.hpp"
#include "outbound/text_gateway.hpp"
#include "support/process.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

// What an operator can write in [sms].
namespace latchkey::app {
namespace {

using test::TemporaryFolder;

LoadedConfig load_sms(std::string_view keys) {
    return load_from(
        TemporaryFolder(),
        std::string(minimal) + "[sms]\n" + std::string(keys),
        {{"LATCHKEY_SMS_PASSWORD", "secret"}}
    );
}

const std::string rest = "user = \"latchkey\"\nfrom = \"Example\"\ncountries = [\"DE\", \"FR\"]\n";
const std::string kannel =
    "provider = \"kannel\"\nurl = \"http://127.0.0.1:13013/cgi-bin/sendsms\"\n" + rest;

TEST_CASE("Kannel on this machine, and Twilio where it is, are taken with what they need") {
    const auto loaded = load_sms(kannel);
    REQUIRE(loaded.has_value());
    const SmsConfig& sms = loaded.value().config.sms;
    CHECK(sms.is_on);
    CHECK(sms.gateway.provider == outbound::TextProvider::kannel);
    CHECK(sms.gateway.url == "http://127.0.0.1:13013/cgi-bin/sendsms");
    CHECK(sms.gateway.password.reveal() == "secret");
    CHECK(sms.policy.countries == std::vector<std::string>{"DE", "FR"});
    CHECK(sms.policy.daily_limit == 200);
    const auto twilio = load_sms("provider = \"twilio\"\ndaily_limit = 5\n" + rest);
    REQUIRE(twilio.has_value());
    CHECK(twilio.value().config.sms.gateway.url == "https://api.twilio.com");
    CHECK(twilio.value().config.sms.policy.daily_limit == 5);
}

TEST_CASE("Each mistake in [sms] is named, with the way out") {
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"provider = \"pigeon\"\n" + rest, "sms.provider"},
        {rest, "sms.provider is missing beside the rest of [sms]"},
        {"provider = \"kannel\"\n" + rest, "sms.url is missing beside sms.provider"},
        {"provider = \"twilio\"\nuser = \"AC\"\ncountries = [\"US\"]\n", "sms.from is missing"},
        {"provider = \"twilio\"\nuser = \"AC\"\nfrom = \"x\"\n", "sms.countries is missing"},
        {"provider = \"kannel\"\nurl = \"http://sms.example.com/cgi-bin/sendsms\"\n" + rest,
         "would send codes to sms.example.com without encryption"},
        {"provider = \"kannel\"\nurl = \"ftp://127.0.0.1/\"\n" + rest, "write an https address"},
        {"provider = \"kannel\"\nurl = \"https://sms.example.com/?user=x\"\n" + rest, "sms.url"},
        {"provider = \"kannel\"\nurl = \"https://user@sms.example.com/\"\n" + rest, "sms.url"},
        {"provider = \"twilio\"\nuser = \"AC\"\nfrom = \"x\"\ncountries = [\"DEU\"]\n", "DEU"},
        {"daily_limit = 0\n" + kannel, "sms.daily_limit"},
        {"daily_limit = 1000001\n" + kannel, "sms.daily_limit"},
    };
    for (const auto& [keys, said] : mistakes) {
        CAPTURE(keys);
        std::string problems = problems_of(load_sms(keys));
        for (char& c : problems) {
            if (c == 'W') c = 'w';
        }
        CAPTURE(problems);
        CHECK(problems.find(said) != std::string::npos);
    }
}

}  // namespace
}  // namespace latchkey::app
