// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// `latchkey doctor` of the real program, with a real mail server.
#include "app/program.hpp"
#include "base/json.hpp"
#include "flows/provider.hpp"
#include "pages/providers.hpp"
#include "support/mail_server.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace latchkey::app {
namespace {

using test::contains;
using test::Finished;
using test::MailServer;
using test::Program;

// A program whose mail goes to the real server.
struct Patient {
    explicit Patient(std::string_view lines = "", std::string_view sections = "")
        : program(lines, sections) {
        const MailServer& mail = MailServer::shared();
        [[maybe_unused]] const std::string password =
            program.folder().write("password", mail.password + "\n");
        program.replace_in_config(
            "url = \"smtp+plain://127.0.0.1:1\"",
            "url = \"smtp://localhost:" + std::to_string(mail.starttls_port) +
                "\"\nuser = \"mailer\"\npassword_file = \"password\"\nca_file = \"" + mail.ca_file +
                "\""
        );
    }

    [[nodiscard]] Finished examine() const { return program.command({"doctor"}); }

    Program program;
};

}  // namespace

TEST_CASE("A server with all around it right has nothing to mend") {
    Patient patient("related_origins = [\"http://app.localhost\"]\n");
    patient.program.start();
    const Finished found = patient.examine();
    CAPTURE(found.out);
    CHECK(found.status == 0);
    CHECK_FALSE(contains(found.out, "mend "));
    for (const char* const subject :
         {"origin",
          "data",
          "key file",
          "tls",
          "database",
          "rows",
          "server",
          "passkey endpoints",
          "related origins",
          "mail server"}) {
        CAPTURE(subject);
        CHECK(contains(found.out, "ok    " + std::string(subject) + ": "));
    }
    CHECK(contains(found.out, " disk: "));
    CHECK(contains(found.out, " clock: "));
    CHECK(contains(found.out, "answers and knows us"));
    // It looked, and changed nothing: no mail went out.
    CHECK(patient.program.stop() == 0);
}

TEST_CASE("A stopped server is told, and what can be looked at without it is") {
    const Patient patient;
    const Finished found = patient.examine();
    CAPTURE(found.out);
    CHECK(found.status == 1);
    CHECK(contains(
        found.out, "mend  server: " + patient.program.origin() + "/ready cannot be reached"
    ));
    CHECK(contains(found.out, "mend  passkey endpoints: "));
    CHECK(contains(found.out, "ok    mail server: "));
    CHECK(contains(found.out, "ok    key file: "));
}

TEST_CASE("Each thing that is not right is told with its mend, and the password never (T25)") {
    Patient patient;
    patient.program.start();
    const std::string key = patient.program.data() + "/key";
    REQUIRE(chmod(key.c_str(), 0644) == 0);
    REQUIRE(chmod(patient.program.data().c_str(), 0755) == 0);
    [[maybe_unused]] const std::string password =
        patient.program.folder().write("password", "canary-wrong\n");
    const Finished found = patient.examine();
    CAPTURE(found.out);
    CHECK(found.status == 1);
    CHECK(contains(found.out, "mend  key file: " + key + " has mode 0644"));
    CHECK(contains(found.out, "chmod 600 " + key));
    CHECK(contains(found.out, "mend  data: "));
    CHECK(contains(found.out, "chmod 700 "));
    CHECK(contains(found.out, "mend  mail server: "));
    CHECK(contains(found.out, "535"));
    CHECK_FALSE(contains(found.out, "canary"));
    CHECK(patient.program.stop() == 0);
}

TEST_CASE("A document at the RP ID's host that is another one's is told") {
    Patient patient;
    patient.program.start();
    const Patient other;
    // The origin of the second is where the first one listens: it is up, but knows no related
    // origins.
    other.program.replace_in_config(
        other.program.origin(),
        patient.program.origin() + "\"\nrelated_origins = [\"http://x.localhost\"]\n#\""
    );
    const Finished found = other.examine();
    CAPTURE(found.out);
    CHECK(found.status == 1);
    CHECK(contains(found.out, "ok    passkey endpoints: "));
    CHECK(contains(found.out, "mend  related origins: "));
    CHECK(contains(found.out, "answers 404"));
    CHECK(patient.program.stop() == 0);
}

namespace {

/// As an operator writes it.
std::string section_of(const test::Provider& provider, std::string_view name) {
    const pages::ConfiguredProvider configured = provider.configured(std::string(name));
    return "[providers." + std::string(name) + "]\nlabel = \"Example ID\"\nissuer = \"" +
           configured.provider.issuer + "\"\nclient_id = \"latchkey\"\n" +
           "client_secret_file = \"password\"\nnetwork = \"private\"\nca_file = \"" +
           configured.ca_file + "\"\n";
}

}  // namespace

TEST_CASE("Each provider is asked for its metadata, and what is wrong with it is told") {
    const test::Provider right;
    test::Provider down;
    down.script.is_down = true;
    test::Provider another;
    another.script.metadata = [](json::Value metadata) {
        metadata.set("issuer", "https://another.example");
        return metadata;
    };
    const test::Provider unproven;
    std::string sections =
        section_of(right, "right") + section_of(down, "down") + section_of(another, "another");
    // Its certificate is of no authority that the machine knows.
    const std::string ca_file = "ca_file = \"" + unproven.configured("x").ca_file + "\"\n";
    std::string without_ca = section_of(unproven, "unproven");
    without_ca.erase(without_ca.find(ca_file), ca_file.size());
    sections += without_ca;
    const Patient patient("", sections);
    const Finished found = patient.examine();
    CAPTURE(found.out);
    CHECK(found.status == 1);
    CHECK(contains(found.out, "ok    provider right: " + right.issuer() + " describes itself"));
    CHECK(contains(found.out, "mend  provider down: " + down.issuer()));
    CHECK(contains(found.out, "(status 503) is no metadata of " + down.issuer()));
    CHECK(contains(found.out, "(status 200) is no metadata of " + another.issuer()));
    CHECK(contains(found.out, "write the issuer exactly as the provider does"));
    CHECK(contains(found.out, "mend  provider unproven: " + unproven.issuer()));
    CHECK(contains(found.out, "look at its issuer, network and ca_file"));
}

TEST_CASE("A wrong configuration is told first, with status 3") {
    const Patient patient("sign_up = \"x\"\n");
    const Finished found = patient.examine();
    CHECK(found.status == 3);
    CHECK(contains(found.err, "sign_up is \"x\""));
}

}  // namespace latchkey::app
