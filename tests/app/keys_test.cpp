// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// `latchkey keys`, on a stopped server and on a running one.
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

/// A program that was started once.
struct Started {
    Started() {
        program.start();
        REQUIRE(program.stop() == 0);
    }

    [[nodiscard]] std::string key_file() const { return program.data() + "/key"; }

    [[nodiscard]] std::string keys() const {
        const Finished listed = program.command({"keys", "list"});
        CHECK(listed.status == 0);
        return listed.out;
    }

    [[nodiscard]] bool verifies() const { return program.command({"audit", "verify"}).status == 0; }

    Program program;
};

}  // namespace

TEST_CASE("keys rotate on a stopped server does everything at once") {
    const Started started;
    const Program& program = started.program;
    CHECK(started.keys() == "  1  seals\n");
    const Finished rotated = program.command({"keys", "rotate"});
    CHECK(rotated.status == 0);
    CHECK(contains(rotated.out, "The key 2 seals from now on. Copy " + started.key_file()));
    CHECK(started.keys() == "  2  seals\n  1  nothing needs it\n");
    CHECK(started.verifies());
    struct stat status{};
    REQUIRE(stat(started.key_file().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600U);

    CHECK(
        program.command({"keys", "remove", "1"}).out ==
        "The key 1 is out of " + started.key_file() + ".\n"
    );
    CHECK(started.keys() == "  2  seals\n");
    CHECK(started.verifies());
}

TEST_CASE("keys rotate on a running server: it seals by the new key, and says when all is done") {
    Started started;
    Program& program = started.program;
    program.start();
    CHECK(program.command({"keys", "rotate"}).status == 0);
    CHECK(started.keys() == "  2  seals\n  1  still needed\n");
    const Finished refused = program.command({"keys", "remove", "1"});
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "he database still needs the key 1"));
    program.await(R"("event":"keys_renewed","key":2)");
    CHECK(started.keys() == "  2  seals\n  1  nothing needs it\n");
    CHECK(program.command({"keys", "remove", "1"}).status == 0);
    CHECK(started.keys() == "  2  seals\n");
    CHECK(started.verifies());
    CHECK(program.stop() == 0);
    program.start();
    CHECK(program.stop() == 0);
    CHECK(started.verifies());
}

TEST_CASE("keys remove takes out neither the key that seals nor one that is not there") {
    const Started started;
    const Program& program = started.program;
    CHECK(contains(program.command({"keys", "remove", "1"}).err, "he key 1 is the one that seals"));
    CHECK(contains(program.command({"keys", "remove", "7"}).err, "holds no key 7"));
    CHECK(program.command({"keys", "remove", "256"}).status == 2);
    CHECK(started.keys() == "  1  seals\n");
}

TEST_CASE("keys rotate makes no key where it cannot be used, or while another one is at it") {
    const Started started;
    const std::string key_file = started.key_file();
    {
        const test::TemporaryFolder folder;
        const std::string lock = folder.write("other", "somebody else's");
        std::filesystem::copy(lock, key_file + ".new");
    }
    const Finished busy = started.program.command({"keys", "rotate"});
    CHECK(busy.status == 1);
    CHECK(contains(busy.err, "ee who else is at it"));
    std::filesystem::remove(key_file + ".new");
    CHECK(started.keys() == "  1  seals\n");

    std::filesystem::rename(key_file, key_file + ".aside");
    CHECK(started.program.command({"keys", "rotate"}).status == 1);
    CHECK_FALSE(std::filesystem::exists(key_file));
}

}  // namespace latchkey::app
