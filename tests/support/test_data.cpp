// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/json.hpp"
#include "support/vectors.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

// A record holds an attestation object of up to 64 kB several times over.
constexpr json::Limits record_limits{.bytes = 4'194'304, .depth = 16, .values = 65'536};

bool is_required() {
    const char* value = std::getenv("LATCHKEY_TEST_DATA_REQUIRED");
    return value != nullptr && std::string_view(value) == "1";
}

std::optional<std::filesystem::path> find_test_data() {
    const char* named = std::getenv("LATCHKEY_TEST_DATA");
    const std::filesystem::path path = named != nullptr ? named : LATCHKEY_TEST_DATA_DEFAULT;
    if (std::filesystem::is_directory(path)) return path;
    if (is_required()) {
        std::fprintf(stderr, "test data required, and not found: %s\n", path.c_str());
        std::exit(1);
    }
    std::printf("skipped: no test data at %s\n", path.c_str());
    return std::nullopt;
}

}  // namespace

std::optional<json::Value> parse_record(std::string_view line) {
    auto record = json::parse(line, record_limits);
    if (!record) return std::nullopt;
    return std::move(record).value();
}

std::optional<std::filesystem::path> test_data() {
    static const std::optional<std::filesystem::path> found = find_test_data();
    return found;
}

std::string read_file(const std::filesystem::path& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream contents;
    contents << file.rdbuf();
    if (!file || !contents) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(1);
    }
    return contents.str();
}

std::vector<json::Value> read_records(const std::filesystem::path& path) {
    std::istringstream lines(read_file(path));
    std::vector<json::Value> records;
    for (std::string line; std::getline(lines, line);) {
        auto record = parse_record(line);
        if (!record) {
            std::fprintf(stderr, "%s:%zu: not JSON\n", path.c_str(), records.size() + 1);
            std::exit(1);
        }
        records.push_back(*std::move(record));
    }
    return records;
}

}  // namespace latchkey::test
