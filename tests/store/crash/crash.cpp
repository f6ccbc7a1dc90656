// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "crypto/system_random.hpp"
#include "store/crash/expected.hpp"
#include "store/crash/line.hpp"
#include "store/crash/load.hpp"
#include "support/faulty_vfs.hpp"
#include "support/process.hpp"

#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// Kills a process that writes to the store, drops what it had not synced, and looks for what
/// was acknowledged: no acknowledged change is lost, no code works twice, the file checks out.
///
/// Usage: crash_store ROUNDS [SEED]
namespace latchkey::test {

namespace {

Line parse(const std::string& text) {
    Line line;
    char said = 0;
    std::istringstream(text) >> said >> line.of >> line.what;
    line.said = static_cast<Said>(said);
    return line;
}

struct Round {
    std::filesystem::path database;
    std::uint64_t seed = 0;
    const char* syncs = "durable";
};

/// Starts the load, kills it after a random number of acknowledgements, and takes back what was
/// not synced: all of it, or all but the first few changes.
void crash(const std::string& program, const Round& round, Expected& expected) {
    std::mt19937_64 random(round.seed);
    const auto lines = 1 + random() % 250;
    Process child({
        .arguments =
            {program, "--load", round.database.string(), std::to_string(round.seed), round.syncs},
        .environment = {},
        .folder = {},
    });
    for (std::uint64_t i = 0; i < lines; ++i) {
        expected.add(parse(child.read_line()));
    }
    child.signal(SIGKILL);
    std::istringstream rest(child.read_rest());
    child.wait();
    for (std::string line; std::getline(rest, line);) {
        expected.add(parse(line));
    }

    const bool keeps_some = random() % 2 == 0;
    for (const char* suffix : {"", "-wal"}) {
        const auto kept = keeps_some ? static_cast<std::int64_t>(random() % 12) : 0;
        lose_unsynced(round.database.string() + suffix, kept);
    }
    std::filesystem::remove(round.database.string() + "-shm");
}

/// An empty database, closed in order.
void make_database(const std::filesystem::path& database) {
    const Expected nothing;
    if (!nothing.find_faults(database).empty()) throw std::runtime_error("a fault at the start");
}

int crash_rounds(const std::string& program, std::uint64_t rounds, std::uint64_t seed) {
    const TemporaryFolder folder;
    const std::filesystem::path database = folder.file("latchkey.db");
    make_database(database);
    Expected expected;
    std::size_t failed = 0;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        crash(program, {.database = database, .seed = seed + i}, expected);
        const auto faults = expected.find_faults(database);
        for (const auto& fault : faults) {
            std::printf("round %llu: %s\n", static_cast<unsigned long long>(i), fault.c_str());
        }
        if (!faults.empty()) ++failed;
        if (failed > 0) break;
    }
    return failed == 0 ? 0 : 1;
}

/// The same without syncs must lose something, or the test could not see a loss.
int control(const std::string& program, std::uint64_t seed) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        const TemporaryFolder folder;
        const std::filesystem::path database = folder.file("latchkey.db");
        make_database(database);
        Expected expected;
        crash(program, {.database = database, .seed = seed + i, .syncs = "ignored"}, expected);
        if (!expected.find_faults(database).empty()) return 0;
    }
    std::printf("control: nothing was lost although no sync reached the disk\n");
    return 1;
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw std::runtime_error("not a number: " + std::string(text));
    }
    return value;
}

std::uint64_t fresh_seed() {
    std::uint64_t seed = 0;
    for (const auto byte : crypto::SystemRandom().bytes<4>()) {
        seed = seed << 8 | std::to_integer<std::uint64_t>(byte);
    }
    return seed;
}

int run_crash_test(const std::vector<std::string>& arguments) {
    if (arguments.size() == 5 && arguments[1] == "--load") {
        note_unsynced(arguments[4] == "ignored" ? Syncs::ignored : Syncs::durable);
        run_load(arguments[2], number(arguments[3]));
    }
    if (arguments.size() != 2 && arguments.size() != 3) {
        std::fprintf(stderr, "usage: %s ROUNDS [SEED]\n", arguments[0].c_str());
        return 2;
    }
    const auto rounds = number(arguments[1]);
    const auto seed = arguments.size() == 3 ? number(arguments[2]) : fresh_seed();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    const int lost = crash_rounds(arguments[0], rounds, seed);
    const int blind = control(arguments[0], seed);
    std::printf(
        "%llu crashes: %s; control without syncs: %s\n",
        static_cast<unsigned long long>(rounds),
        lost == 0 ? "nothing acknowledged was lost" : "LOST",
        blind == 0 ? "loses, as it must" : "BLIND"
    );
    return lost + blind == 0 ? 0 : 1;
}

}  // namespace

}  // namespace latchkey::test

int main(int argc, char** argv) {
    try {
        return latchkey::test::run_crash_test({argv, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "crash_store: %s\n", error.what());
        return 2;
    }
}
