// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// `latchkey backup` and `latchkey restore` of the real program (T29).
#include "app/program.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <filesystem>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace latchkey::app {
namespace {

using test::contains;
using test::Finished;
using test::Program;

bool is_invited(const Program& program, std::string_view note) {
    // The audit log and the invitations have no command that lists them; the database says.
    const Finished found = test::run({
        .arguments =
            {"sqlite3",
             program.data() + "/latchkey.db",
             "SELECT count(*) FROM invitations WHERE email_canonical = '" + std::string(note) + "'"
            },
        .environment = {},
        .folder = {},
    });
    CAPTURE(found.err);
    REQUIRE(found.status == 0);
    return found.out == "1\n";
}

}  // namespace

TEST_CASE("A backup of the running server is restored into it, and only with its key file (T29)") {
    Program program;
    program.start();
    REQUIRE(program.command({"user", "invite", "before@example.test"}).status == 0);
    const std::string file = program.folder().file("backup.db");

    const Finished made = program.command({"backup", file});
    CAPTURE(made.err);
    CHECK(made.status == 0);
    CHECK(contains(made.out, "without the key file, " + program.data() + "/key"));
    struct stat status{};
    REQUIRE(stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600U);
    CHECK(program.command({"backup", file}).status == 1);  // never over another file

    REQUIRE(program.command({"user", "invite", "after@example.test"}).status == 0);
    const Finished running = program.command({"restore", file});
    CAPTURE(running.err);
    CHECK(running.status == 1);
    CHECK(contains(running.err, program.data()));
    CHECK(program.stop() == 0);

    const Finished restored = program.command({"restore", file});
    CAPTURE(restored.err);
    CHECK(restored.status == 0);
    CHECK(contains(restored.out, "Everyone is signed out"));
    CHECK(contains(restored.out, "latchkey signals enable"));
    CHECK(is_invited(program, "before@example.test"));
    CHECK_FALSE(is_invited(program, "after@example.test"));
    program.start();
    CHECK(program.command({"signals", "enable"}).status == 0);
    CHECK(program.stop() == 0);

    // Another server's key does not open it, and nothing is changed by the attempt.
    Program other;
    other.start();
    CHECK(other.stop() == 0);
    const Finished refused = other.command({"restore", file});
    CAPTURE(refused.err);
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "key"));
    other.start();
    CHECK(other.stop() == 0);
}

TEST_CASE("A file that is no backup is refused, and the database stays as it was (T29)") {
    Program program;
    program.start();
    REQUIRE(program.command({"user", "invite", "before@example.test"}).status == 0);
    CHECK(program.stop() == 0);
    const std::string file = program.folder().write("backup.db", "no database at all");
    const Finished refused = program.command({"restore", file});
    CAPTURE(refused.err);
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, file));
    CHECK(program.command({"restore", file + ".nowhere"}).status == 1);
    program.start();
    CHECK(program.stop() == 0);
    CHECK(is_invited(program, "before@example.test"));
}

TEST_CASE("A restore on a new machine wants the key file first, then all is there (T29)") {
    Program old;
    old.start();
    REQUIRE(old.command({"user", "invite", "before@example.test"}).status == 0);
    const std::string file = old.folder().file("backup.db");
    REQUIRE(old.command({"backup", file}).status == 0);
    CHECK(old.stop() == 0);

    Program fresh;
    const Finished keyless = fresh.command({"restore", file});
    CAPTURE(keyless.err);
    CHECK(keyless.status == 1);
    CHECK(contains(keyless.err, fresh.data() + "/key"));

    std::filesystem::create_directory(fresh.data());
    std::filesystem::permissions(fresh.data(), std::filesystem::perms::owner_all);
    std::filesystem::copy(old.data() + "/key", fresh.data() + "/key");
    const Finished restored = fresh.command({"restore", file});
    CAPTURE(restored.err);
    CHECK(restored.status == 0);
    fresh.start();
    CHECK(fresh.stop() == 0);
    CHECK(is_invited(fresh, "before@example.test"));
}

}  // namespace latchkey::app
