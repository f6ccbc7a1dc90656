// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"
#include "app/config_keys.hpp"
#include "app/config_text.hpp"
#include "app/metadata_file.hpp"
#include "app/origin.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "webauthn/aaguid.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

/// The sections [passkeys] and [metadata]: which passkeys may be added.
namespace latchkey::app {
namespace values {
namespace {

using webauthn::Attestation;
using webauthn::AttestationTrust;
using webauthn::BackupEligibility;
using webauthn::CounterRule;
using webauthn::VerificationBypass;

std::optional<Wrong> set_models(std::vector<webauthn::Aaguid>& target, const Given& given) {
    if (auto wrong = check_list(given)) return wrong;
    target.clear();
    for (const std::string& value : given.values) {
        const auto aaguid = webauthn::parse_aaguid(value);
        if (!aaguid) {
            return Wrong{
                fmt::format("holds \"{}\", which is no AAGUID", value),
                "write it as `latchkey metadata show` does: 32 hexadecimal digits with dashes"
            };
        }
        target.push_back(*aaguid);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Wrong> passkeys_attestation(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, Attestation>{"none", Attestation::none},
        std::pair<std::string_view, Attestation>{"preferred", Attestation::preferred},
        std::pair<std::string_view, Attestation>{"required", Attestation::required},
    };
    return choose(config.passkeys.policy.attestation, given, choices);
}

std::optional<Wrong> passkeys_trust(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, AttestationTrust>{"any", AttestationTrust::any},
        std::pair<std::string_view, AttestationTrust>{"roots", AttestationTrust::roots},
        std::pair<std::string_view, AttestationTrust>{"metadata", AttestationTrust::metadata},
    };
    return choose(config.passkeys.policy.trust, given, choices);
}

std::optional<Wrong> passkeys_roots(Config& config, const Given& given) {
    if (auto wrong = check_list(given)) return wrong;
    config.passkeys.root_files = given.values;
    return std::nullopt;
}

std::optional<Wrong> passkeys_storage(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, BackupEligibility>{"any", BackupEligibility::any},
        std::pair<std::string_view, BackupEligibility>{
            "device", BackupEligibility::device_bound_only
        },
    };
    return choose(config.passkeys.policy.backup, given, choices);
}

std::optional<Wrong> passkeys_allow(Config& config, const Given& given) {
    return set_models(config.passkeys.policy.allowed_aaguids, given);
}

std::optional<Wrong> passkeys_deny(Config& config, const Given& given) {
    return set_models(config.passkeys.policy.denied_aaguids, given);
}

std::optional<Wrong> passkeys_certification(Config& config, const Given& given) {
    const auto level = webauthn::certification_level(given.values.front());
    if (!level) {
        return Wrong{
            fmt::format("is \"{}\"", given.values.front()),
            R"(use "none", or one of "L1", "L1+", "L2", "L2+", "L3", "L3+")"
        };
    }
    config.passkeys.policy.minimum_certification = *level;
    return std::nullopt;
}

std::optional<Wrong> passkeys_counter(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, CounterRule>{"report", CounterRule::report},
        std::pair<std::string_view, CounterRule>{"device", CounterRule::refuse_device_bound},
        std::pair<std::string_view, CounterRule>{"refuse", CounterRule::refuse},
    };
    return choose(config.passkeys.counter_rule, given, choices);
}

std::optional<Wrong> metadata_file(Config& config, const Given& given) {
    return set_path(config.metadata.file, given);
}

std::optional<Wrong> metadata_root(Config& config, const Given& given) {
    return set_path(config.metadata.root, given);
}

std::optional<Wrong> metadata_signer(Config& config, const Given& given) {
    return set_text(config.metadata.signer, given, name_limit);
}

std::optional<Wrong> metadata_bypass(Config& config, const Given& given) {
    constexpr std::array choices{
        std::pair<std::string_view, VerificationBypass>{"refuse", VerificationBypass::refused},
        std::pair<std::string_view, VerificationBypass>{"accept", VerificationBypass::tolerated},
    };
    return choose(config.passkeys.policy.verification_bypass, given, choices);
}

}  // namespace values

void check_passkeys(Config& config, std::vector<Problem>& problems) {
    webauthn::RegistrationPolicy& policy = config.passkeys.policy;
    const bool needs_proof = !policy.allowed_aaguids.empty() ||
                             policy.minimum_certification != webauthn::CertificationLevel::none;
    const bool is_any = policy.trust == webauthn::AttestationTrust::any;
    const auto wrong = [&problems](std::string key, std::string what, std::string mend) {
        problems.push_back({std::move(key), {std::move(what), std::move(mend)}});
    };
    if (policy.attestation == webauthn::Attestation::none && !is_any) {
        wrong(
            "passkeys.trust",
            "has no effect with attestation = \"none\": nothing comes that could be trusted",
            R"(set passkeys.attestation to "preferred" or "required", or remove it)"
        );
    }
    if (needs_proof && is_any) {
        wrong(
            policy.allowed_aaguids.empty() ? "passkeys.certification" : "passkeys.allow",
            "needs a proof of the model, and every statement is believed",
            R"(set passkeys.attestation = "required" and passkeys.trust = "metadata")"
        );
    }
    const bool is_by_roots = policy.trust == webauthn::AttestationTrust::roots;
    if (is_by_roots == config.passkeys.root_files.empty()) {
        wrong(
            "passkeys.roots",
            is_by_roots ? "is missing with trust = \"roots\""
                        : "has no effect without trust = \"roots\"",
            is_by_roots ? "name the files of the certificates" : "set passkeys.trust, or remove it"
        );
    }
    const bool needs_metadata = policy.trust == webauthn::AttestationTrust::metadata ||
                                policy.minimum_certification != webauthn::CertificationLevel::none;
    if (needs_metadata && config.metadata.file.empty()) {
        wrong("metadata.file", "is missing", "name the file that holds the BLOB of FIDO");
    }
    for (const std::string& file : config.passkeys.root_files) {
        auto roots = read_certificates(file);
        if (!roots) {
            problems.push_back({"passkeys.roots", roots.error()});
            continue;
        }
        policy.roots.insert(policy.roots.end(), roots->begin(), roots->end());
    }
    if (is_by_roots && policy.roots.size() > 1 && !policy.allowed_aaguids.empty()) {
        wrong(
            "passkeys.allow",
            "is not proven by the roots of several makers: a certificate of one of them that names "
            "no model can pass for a model of another",
            R"(set trust = "metadata", which binds each model to its own roots, or give one root)"
        );
    }
}

}  // namespace latchkey::app
