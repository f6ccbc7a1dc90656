// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// The command line of the real program, on a running server and on a stopped one.
#include "accounts/changes.hpp"
#include "accounts/email_address.hpp"
#include "accounts/types.hpp"
#include "app/cli.hpp"
#include "app/program.hpp"
#include "app/system_clock.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "crypto/system_random.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/commit.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/mail_server.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using accounts::EmailAddress;
using test::contains;
using test::Finished;
using test::Program;

void commit(store::Store& store, std::vector<store::Change> changes) {
    std::promise<store::CommitResult> promise;
    crypto::SystemRandom random;
    store.commit(
        {.operation = random.bytes<16>(), .changes = std::move(changes)},
        [&](store::CommitResult result) { promise.set_value(std::move(result)); }
    );
    REQUIRE(std::holds_alternative<store::Committed>(promise.get_future().get()));
}

accounts::Account account_named(store::Store& store, const std::string& email, TimePoint now) {
    const std::int64_t id = store.next_id();
    const std::string handle = std::to_string(id);
    return {
        .id = accounts::AccountId(id),
        .public_id = accounts::PublicId("account-" + std::to_string(id)),
        .user_handle = webauthn::UserHandle({bytes_of(handle).begin(), bytes_of(handle).end()}),
        .email = *EmailAddress::parse(email),
        .created_at = now,
    };
}

// Ada, signed in on one browser, and `others` more.
void fill(const Program& program, int others = 0) {
    const SystemClock clock;
    auto opened =
        store::SqliteStore::open({.path = program.data() + "/latchkey.db", .clock = &clock});
    REQUIRE(opened.has_value());
    store::Store& store = **opened;
    const accounts::Account ada = account_named(store, "ada@example.test", clock.now());
    commit(
        store,
        {accounts::CreateAccount{ada},
         accounts::SetSecondEmail{ada.id, std::nullopt, EmailAddress::parse("ada@example.org")},
         accounts::SetDeletion{ada.id, std::nullopt, clock.now() + std::chrono::hours(1)},
         accounts::OpenSession{{
             .id = accounts::SessionId(store.next_id()),
             .token_hash = {},
             .account = ada.id,
             .created_at = clock.now(),
             .authenticated_at = clock.now(),
             .browser = "Chromium on Linux\x1b[2J",
             .expires_at = clock.now() + std::chrono::hours(1),
         }}}
    );
    std::vector<store::Change> more;
    for (int i = 0; i < others; ++i) {
        const std::string email = "person" + std::to_string(i) + "@example.test";
        more.emplace_back(accounts::CreateAccount{account_named(store, email, clock.now())});
    }
    if (!more.empty()) commit(store, std::move(more));
}

enum class Server : std::uint8_t { running, stopped };

// A program with a database, in that state.
struct Ready {
    explicit Ready(Server server, int others = 0) {
        program.start();
        REQUIRE(program.stop() == 0);
        fill(program, others);
        if (server == Server::running) program.start();
    }

    Program program;
};

json::Value only_line(const Finished& finished) {
    CAPTURE(finished.err);
    REQUIRE(finished.status == 0);
    auto value = json::parse(finished.out.substr(0, finished.out.size() - 1));
    REQUIRE(value.has_value());
    return std::move(value).value();
}

}  // namespace

TEST_CASE("--version says which release this is") {
    const Finished said =
        test::run({.arguments = {LATCHKEY_BINARY, "--version"}, .environment = {}, .folder = {}});
    CHECK(said.status == 0);
    CHECK(said.out == "latchkey " LATCHKEY_VERSION "\n");
}

TEST_CASE("Every command on accounts works on a running server and on a stopped one alike") {
    for (const Server server : {Server::running, Server::stopped}) {
        CAPTURE(static_cast<int>(server));
        const Ready ready(server);
        const Program& program = ready.program;

        const Finished list = program.command({"user", "list"});
        CHECK(list.status == 0);
        CHECK(contains(list.out, "ada@example.test"));

        const json::Value shown =
            only_line(program.command({"user", "show", "Ada@Example.test", "--json"}));
        CHECK(*shown.find_string("email") == "ada@example.test");
        CHECK(*shown.find_string("second_email") == "ada@example.org");
        CHECK(shown.find_string("deletes_at") != nullptr);
        CHECK(*shown.find("factors")->as_integer() == 0);
        CHECK(shown.find("sessions")->as_array()->size() == 1);
        const Finished in_words = program.command({"user", "show", "ada@example.test"});
        CHECK(contains(in_words.out, "second address  ada@example.org"));

        CHECK(program.command({"user", "sign-out", "ada@example.test"}).status == 0);
        const json::Value after =
            only_line(program.command({"user", "show", "ada@example.test", "--json"}));
        CHECK(after.find("sessions")->as_array()->empty());
        const json::Array& events = *after.find("events")->as_array();
        REQUIRE_FALSE(events.empty());
        CHECK(*events.front().find_string("event") == "signed_out_everywhere");

        const Finished nobody = program.command({"user", "show", "eve@example.test"});
        CHECK(nobody.status == 1);
        CHECK(contains(
            nobody.err, "No account has the address eve@example.test. `latchkey user list`"
        ));

        const Finished invited = program.command({"user", "invite", "bob@example.test"});
        CHECK(invited.status == 0);
        CHECK(contains(invited.out, "at " + program.origin() + "/sign-in"));
        CHECK(contains(invited.out, "sign_up is not \"invite\""));
        CHECK(program.command({"user", "invite", "nobody"}).status == 1);
    }
}

TEST_CASE("What an account signs in with, and what happened to it, is shown; running or stopped") {
    for (const Server server : {Server::running, Server::stopped}) {
        const Ready ready(server);
        const Program& program = ready.program;
        const json::Value factors =
            only_line(program.command({"user", "factors", "ada@example.test", "--json"}));
        CHECK(*factors.find_string("email") == "ada@example.test");
        CHECK(factors.find("passkeys")->as_array()->empty());
        CHECK(factors.find("app")->is_null());
        CHECK(factors.find("phone")->is_null());
        CHECK(factors.find("identities")->as_array()->empty());
        CHECK(contains(
            program.command({"user", "factors", "ada@example.test"}).out, "recovery codes left: 0"
        ));
        CHECK(program.command({"user", "sign-out", "ada@example.test"}).status == 0);
        const json::Value event =
            only_line(program.command({"user", "events", "ada@example.test", "--json"}));
        CHECK(*event.find_string("event") == "signed_out_everywhere");
        CHECK(program.command({"user", "factors", "eve@example.test"}).status == 1);
    }
}

namespace {

/// How many events of that kind the account has.
std::size_t count_events(const Program& program, const std::string& kind) {
    const Finished shown = program.command({"user", "events", "ada@example.test"});
    std::size_t count = 0;
    for (auto at = shown.out.find(kind); at != std::string::npos;
         at = shown.out.find(kind, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("An operator lets in who is locked out: told, logged, and only while the server runs") {
    const Ready ready(Server::running);
    const Program& program = ready.program;
    const Finished granted = program.command({"user", "recovery-link", "ada@example.test"});
    CHECK(granted.status == 0);
    CHECK(contains(granted.out, program.origin() + "/sign-in?intent=add-passkey"));
    CHECK(contains(granted.out, "The address was told"));
    CHECK(count_events(program, "recovery_granted") == 1);
    // Again: the new one takes the place of the old one.
    CHECK(program.command({"user", "recovery-link", "ada@example.test"}).status == 0);
    CHECK(count_events(program, "recovery_granted") == 2);
    const json::Value factors =
        only_line(program.command({"user", "factors", "ada@example.test", "--json"}));
    CHECK(factors.find_string("waits_until") != nullptr);

    const Ready stopped(Server::stopped);
    for (const char* const command : {"recovery-link", "reset-second-factor"}) {
        const Finished refused = stopped.program.command({"user", command, "ada@example.test"});
        CHECK(refused.status == 1);
        CHECK(contains(refused.err, "The server does not run"));
    }
    CHECK(count_events(stopped.program, "recovery_granted") == 0);
}

TEST_CASE("An operator deletes an account: on purpose, and its addresses are told") {
    const test::MailServer& mail = test::MailServer::shared();
    Ready ready(Server::stopped);
    Program& program = ready.program;
    const auto remove = [&program](std::vector<std::string> more) {
        more.insert(more.begin(), {"user", "delete", "ada@example.test"});
        return program.command(std::move(more));
    };
    CHECK(contains(remove({"--yes"}).err, "The server does not run"));
    program.replace_in_config(
        "smtp+plain://127.0.0.1:1", "smtp+plain://localhost:" + std::to_string(mail.plain_port)
    );
    program.start();
    const Finished unsure = remove({});
    CHECK(unsure.status == 2);
    CHECK(contains(unsure.err, "--yes is required"));
    CHECK(program.command({"user", "show", "ada@example.test"}).status == 0);
    const Finished removed = remove({"--yes"});
    CHECK(removed.status == 0);
    CHECK(contains(removed.out, "the address was told"));
    CHECK(program.command({"user", "show", "ada@example.test"}).status == 1);
    for (const std::string address : {"ada@example.test", "ada@example.org"}) {
        const test::ReceivedMail told = mail.read(address, 1).front();
        CHECK(contains(told.subject, "account was deleted"));
        CHECK(contains(told.text, "There is nothing left to sign in to."));
    }
}

TEST_CASE("An operator turns two-step sign-in off, but leaves nobody without a factor") {
    Ready ready(Server::stopped);
    Program& program = ready.program;
    const auto reset = [&program] {
        return program.command({"user", "reset-second-factor", "ada@example.test"});
    };
    program.start();
    CHECK(contains(reset().err, "The account has no second step"));
    CHECK(program.stop() == 0);
    {
        const SystemClock clock;
        auto opened =
            store::SqliteStore::open({.path = program.data() + "/latchkey.db", .clock = &clock});
        REQUIRE(opened.has_value());
        store::Store& store = **opened;
        const auto ada = store.find_account(*EmailAddress::parse("ada@example.test"));
        commit(
            store,
            {accounts::AddAuthenticatorApp{{
                 .id = accounts::AuthenticatorAppId(store.next_id()),
                 .account = ada->id,
                 .sealed_secret = Bytes(64),
                 .last_step = accounts::TotpStep(1),
                 .created_at = clock.now(),
             }},
             accounts::ChangeFactors{ada->id, ada->version, 1}}
        );
    }
    program.start();
    CHECK(contains(reset().err, "recovery-link"));
    CHECK(program.stop() == 0);
    {
        const SystemClock clock;
        auto opened =
            store::SqliteStore::open({.path = program.data() + "/latchkey.db", .clock = &clock});
        REQUIRE(opened.has_value());
        store::Store& store = **opened;
        const auto ada = store.find_account(*EmailAddress::parse("ada@example.test"));
        commit(store, {accounts::ChangeFactors{ada->id, ada->version, 1}});
    }
    program.start();
    CHECK(reset().status == 0);
    const json::Value factors =
        only_line(program.command({"user", "factors", "ada@example.test", "--json"}));
    CHECK(factors.find("app")->is_null());
    CHECK(count_events(program, "app_removed") == 1);
    CHECK(program.stop() == 0);
}

TEST_CASE("An invitation lets its address in, on a server that is running") {
    Program program("sign_up = \"invite\"\n");
    program.start();
    const Finished invited = program.command({"user", "invite", "bob@example.test"});
    CHECK(invited.status == 0);
    CHECK_FALSE(contains(invited.out, "Note"));
    CHECK(program.stop() == 0);
    const SystemClock clock;
    auto store =
        store::SqliteStore::open({.path = program.data() + "/latchkey.db", .clock = &clock});
    REQUIRE(store.has_value());
    CHECK((*store)->is_invited(*EmailAddress::parse("bob@example.test"), clock.now()));
    CHECK_FALSE((*store)->is_invited(*EmailAddress::parse("eve@example.test"), clock.now()));
}

TEST_CASE("A list of many accounts is whole and each stands in it once") {
    const Ready ready(Server::running, 1'234);
    const Finished list = ready.program.command({"user", "list", "--json"});
    REQUIRE(list.status == 0);
    std::vector<std::string> seen;
    std::string_view rest = list.out;
    while (!rest.empty()) {
        const auto line = json::parse(rest.substr(0, rest.find('\n')));
        REQUIRE(line.has_value());
        seen.push_back(*line->find_string("email"));
        rest.remove_prefix(rest.find('\n') + 1);
    }
    CHECK(seen.size() == 1'235);
    std::ranges::sort(seen);
    CHECK(std::ranges::unique(seen).begin() == seen.end());
}

TEST_CASE("What people typed does not steer the operator's terminal") {
    const Ready ready(Server::stopped);
    const Finished shown = ready.program.command({"user", "show", "ada@example.test"});
    CHECK(shown.status == 0);
    CHECK(contains(shown.out, "Chromium on Linux?[2J"));
    CHECK_FALSE(contains(shown.out, "\x1b"));
}

TEST_CASE("A command on a data folder without a database says so and makes none") {
    const Program program;
    const Finished list = program.command({"user", "list"});
    CHECK(list.status == 1);
    CHECK(contains(list.err, "There is no database in " + program.data()));
    CHECK_FALSE(std::filesystem::exists(program.data()));
}

TEST_CASE("A wrong command line ends with 2 and says what is wrong; help ends with 0 and teaches") {
    const auto run = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), LATCHKEY_BINARY);
        return test::run({.arguments = std::move(arguments), .environment = {}, .folder = {}});
    };
    CHECK(run({}).status == 2);
    CHECK(run({"user"}).status == 2);
    CHECK(run({"user", "show"}).status == 2);
    CHECK(run({"fly"}).status == 2);
    CHECK(run({"serve", "--confg", "x"}).status == 2);
    CHECK(run({"demo", "--port", "65536"}).status == 2);
    const Finished help = run({"--help"});
    CHECK(help.status == 0);
    CHECK(contains(help.out, "The first steps:"));
}

TEST_CASE("docs/reference/commands.md has the help of every command as the program prints it") {
    const std::string document = test::read_file(LATCHKEY_SOURCE_DIR "/docs/reference/commands.md");
    CHECK(document == commands_reference());
    int commands = 0;
    for (std::size_t at = document.find("\n## `latchkey"); at != std::string::npos;
         at = document.find("\n## `latchkey", at + 1)) {
        const std::size_t start = at + 5;
        const std::string name = document.substr(start, document.find('`', start) - start);
        CAPTURE(name);
        std::vector<std::string> arguments{LATCHKEY_BINARY};
        for (std::size_t space = name.find(' '); space != std::string::npos;) {
            const std::size_t next = name.find(' ', space + 1);
            arguments.push_back(name.substr(space + 1, next - space - 1));
            space = next;
        }
        arguments.emplace_back("--help");
        const Finished help = test::run({.arguments = arguments, .environment = {}, .folder = {}});
        CHECK(help.status == 0);
        CHECK(contains(document, "## `" + name + "`\n\n```\n" + help.out + "```\n"));
        ++commands;
    }
    CHECK(commands >= 14);
}

}  // namespace latchkey::app
