// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

/// Judges records: one JSON object a line on standard input (see vectors.hpp), one line
/// {"id":…,"verdict":"accept|reject|unsupported","reason":…,"step":…} each on standard output.
/// Exits with 1 if a line was no JSON object, with 0 whatever the verdicts are.
#include "base/json.hpp"
#include "support/vectors.hpp"

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

namespace latchkey::test {
namespace {

json::Value line_of(const json::Value& id, const Judgement& judgement) {
    return json::object(
        {{"id", id},
         {"verdict", name_of(judgement.verdict)},
         {"reason", judgement.reason.empty() ? json::Value() : json::Value(judgement.reason)},
         {"step", judgement.step ? json::Value(std::uint32_t{*judgement.step}) : json::Value()}}
    );
}

}  // namespace
}  // namespace latchkey::test

int main() {
    namespace test = latchkey::test;
    namespace json = latchkey::json;
    std::ios::sync_with_stdio(false);
    test::Judge judge;
    int status = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        const auto record = test::parse_record(line);
        if (!record || record->as_object() == nullptr) {
            std::fprintf(stderr, "verify_vectors: line %zu is no JSON object\n", number);
            status = 1;
            continue;
        }
        const json::Value* id = record->find("id");
        std::cout << json::write(
                         test::line_of(id == nullptr ? json::Value() : *id, judge.judge(*record))
                     )
                  << '\n';
    }
    return status;
}
