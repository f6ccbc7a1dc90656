// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "base/try.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "webauthn/attestation/format.hpp"
#include "webauthn/cbor.hpp"
#include "webauthn/limits.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::webauthn::attestation {
namespace {

constexpr std::string_view own_identifier = "compound";

Fail<Refusal> fail(std::uint8_t step, Reason reason) {
    return {{.procedure = {.section = 9, .step = step}, .reason = reason}};
}

struct Member {
    std::string_view format;
    cbor::Item statement;
};

/// nonCompoundAttStmt: fmt and attStmt, and not a compound statement again.
std::optional<Member> read_member(const cbor::Item& item) {
    const auto fmt = item.find("fmt");
    const auto statement = item.find("attStmt");
    const auto format = fmt ? fmt->as_text() : std::nullopt;
    if (!format || !statement || item.size() != 2 || *format == own_identifier) {
        return std::nullopt;
    }
    return Member{.format = *format, .statement = *statement};
}

bool has_allowed_size(const cbor::Item& statement) {
    return statement.type() == cbor::Type::array && statement.size() >= 2 &&
           statement.size() <= limits::compound_statements;
}

/// What both establish: the paths of all, and the type that says most. Any path may be the one that
/// is trusted, so the model is proven only if each would prove it.
void add(Evidence& all, Evidence one) {
    all.type = std::max(all.type, one.type);
    all.covers_aaguid = all.covers_aaguid && one.covers_aaguid;
    for (TrustPath& path : one.trust_paths) {
        all.trust_paths.push_back(std::move(path));
    }
}

}  // namespace

// Section 8.9, "Compound Attestation Statement Format". Every statement of it must verify: whether
// some may fail is left to the relying party, and one that fails is a sign of tampering.
Result<Evidence, Refusal> verify_compound(const Input& input) {
    if (!has_allowed_size(input.statement)) return fail(1, Reason::statement_malformed);
    Evidence evidence;
    auto members = input.statement.children();
    while (const auto item = members.next()) {
        const auto member = read_member(*item);
        if (!member) return fail(1, Reason::statement_malformed);
        const auto verify_member = find_procedure(member->format, input.policy);
        if (!verify_member) return fail(1, verify_member.error());
        Input own = input;
        own.statement = member->statement;
        add(evidence, TRY((*verify_member)(own)));  // refused under the step of its own section
    }
    return evidence;  // step 2
}

}  // namespace latchkey::webauthn::attestation
