// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/key_file.hpp"

#include "app/files.hpp"
#include "crypto/system_random.hpp"
#include "support/process.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/types.h>

namespace latchkey::app {
namespace {

const std::string key_a = "1 " + std::string(43, 'A');
const std::string key_b = "2 " + std::string(42, 'B') + "A";

}  // namespace

TEST_CASE("A key file that is made is its owner's alone, and is read back as it was") {
    const test::TemporaryFolder folder;
    crypto::SystemRandom random;
    const std::string path = folder.file("key");
    const auto made = create_key_file(path, random);
    REQUIRE(made.has_value());
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600U);
    const auto loaded = load_key_file(path);
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->size() == 1);
    CHECK(loaded->front().id == 1);
    CHECK(loaded->front().key.reveal() == made->front().key.reveal());
    // It never takes the place of another one.
    CHECK_FALSE(create_key_file(path, random).has_value());
}

TEST_CASE("A key file that others may use is refused, with the command that mends it (T27)") {
    const test::TemporaryFolder folder;
    const std::string path = folder.write("key", key_a + "\n");
    CHECK(load_key_file(path).has_value());
    for (const mode_t mode : {0640U, 0604U, 0620U, 0601U, 0666U}) {
        REQUIRE(chmod(path.c_str(), mode) == 0);
        const auto refused = load_key_file(path);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().mend == "make it yours alone: chmod 600 " + path);
    }
}

TEST_CASE("The first key seals, each one opens; anything odd in the file is refused") {
    const auto two = parse_keys("# comment\n\n" + key_b + "\n" + key_a + "\n");
    REQUIRE(two.has_value());
    REQUIRE(two->size() == 2);
    CHECK(two->front().id == 2);
    std::string seventeen;
    for (int i = 1; i <= 17; ++i) {
        seventeen += std::to_string(i) + key_a.substr(1) + "\n";
    }
    for (const std::string& bad : {
             std::string(),
             std::string("# comment\n"),
             key_a + "\n" + key_a,
             "0" + key_a.substr(1),
             "256" + key_a.substr(1),
             "x" + key_a.substr(1),
             key_a + "A",
             key_a.substr(0, 44),
             key_a.substr(2),
             "1 " + std::string(42, 'A') + "B",
             "1  " + std::string(43, 'A'),
             key_a + " ",
             seventeen,
         }) {
        CAPTURE(bad);
        CHECK_FALSE(parse_keys(bad).has_value());
    }
}

TEST_CASE("A key is put first and taken out again; what stands beside the keys stays") {
    const test::TemporaryFolder folder;
    crypto::SystemRandom random;
    const std::string before = "# of the cabinet\n" + key_a + "\n# its end";
    const std::string path = folder.write("key", before);
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    const auto added = add_key_to_file(path, random);
    REQUIRE(added.has_value());
    CHECK(*added == 2);
    const auto both = load_key_file(path);
    REQUIRE(both.has_value());
    REQUIRE(both->size() == 2);
    CHECK(both->front().id == 2);
    CHECK_FALSE(remove_key_from_file(path, 2).has_value());  // it seals
    CHECK_FALSE(remove_key_from_file(path, 3).has_value());
    REQUIRE(add_key_to_file(path, random).has_value());
    REQUIRE(remove_key_from_file(path, 1).has_value());
    REQUIRE(remove_key_from_file(path, 2).has_value());
    const auto left = load_key_file(path);
    REQUIRE(left.has_value());
    REQUIRE(left->size() == 1);
    CHECK(left->front().id == 3);
    const auto text = read_file(path, 1'000, Readers::owner_only);
    REQUIRE(text.has_value());
    CHECK(text->reveal().starts_with("# of the cabinet\n3 "));
    CHECK(text->reveal().ends_with("\n# its end"));
}

TEST_CASE("A new key gets a number that no other has: after 255 comes the first free one") {
    const test::TemporaryFolder folder;
    crypto::SystemRandom random;
    const std::string last = "255" + key_a.substr(1);
    const std::string path = folder.write("key", last + "\n" + key_a + "\n");
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    CHECK(add_key_to_file(path, random).value() == 2);
    for (int i = 4; i <= 16; ++i) {
        REQUIRE(add_key_to_file(path, random).has_value());
    }
    CHECK_FALSE(add_key_to_file(path, random).has_value());  // 16 are the most
    CHECK(load_key_file(path)->size() == 16);
}

TEST_CASE("What is wrong with a key file never quotes it (T25)") {
    const auto refused = parse_keys("1 canary-canary\n");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().what == "line 1 of the key file is no key, or one too many");
    CHECK(refused.error().mend.find("canary") == std::string::npos);
}

}  // namespace latchkey::app
