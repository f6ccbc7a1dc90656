// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/conformance_front.hpp"

#include "base/json.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/webauthn/failure.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/response.hpp"
#include "latchkey/webauthn/types.hpp"
#include "latchkey/webauthn/verifier.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {
namespace {

using webauthn::UserVerification;

json::Value failed(std::string_view message) {
    return json::object({{"status", "failed"}, {"errorMessage", message}});
}

json::Value failed(const webauthn::Failure& failure) {
    return failed(describe(failure));
}

json::Value ok(json::Value answer) {
    answer.set("status", "ok");
    answer.set("errorMessage", "");
    return answer;
}

/// UserVerificationRequirement; absent is "preferred" (5.4.4), another word is nullopt.
std::optional<UserVerification> requirement_in(const json::Value* object) {
    const json::Value* member = object == nullptr ? nullptr : object->find("userVerification");
    if (member == nullptr) return UserVerification::preferred;
    if (*member == json::Value("required")) return UserVerification::required;
    if (*member == json::Value("preferred")) return UserVerification::preferred;
    if (*member == json::Value("discouraged")) return UserVerification::discouraged;
    return std::nullopt;
}

/// What the library did not write itself, because its callers decide it: what was asked for.
void repeat(json::Value& options, const json::Value& request, const char* member) {
    if (const json::Value* asked = request.find(member)) options.set(member, *asked);
}

}  // namespace

json::Value ConformanceFront::answer(std::string_view path, std::string_view body) {
    const std::scoped_lock lock(mutex_);
    if (path == "/attestation/result") return attestation_result(body);
    if (path == "/assertion/result") return assertion_result(body);
    const auto request = json::parse(body);
    if (!request) return failed("the request is not JSON");
    if (request->find_string("username") == nullptr) return failed("username is missing");
    if (path == "/attestation/options") return attestation_options(*request);
    return assertion_options(*request);
}

void ConformanceFront::configure(Settings settings) {
    const std::scoped_lock lock(mutex_);
    settings_ = std::move(settings);
    accounts_.clear();
    registration_.reset();
    authentication_.reset();
}

void ConformanceFront::set_next_challenge(Bytes challenge) {
    const std::scoped_lock lock(mutex_);
    next_challenge_ = std::move(challenge);
}

void ConformanceFront::add_credential(
    const std::string& username, webauthn::CredentialRecord record
) {
    const std::scoped_lock lock(mutex_);
    Account& owner = account(username);
    owner.user_handle = record.user_handle;
    owner.credentials.push_back(std::move(record));
}

webauthn::Challenge ConformanceFront::take_challenge() {
    ++made_;
    Bytes challenge = next_challenge_.value_or(Bytes(32, std::byte{made_}));
    next_challenge_.reset();
    return webauthn::Challenge(std::move(challenge));
}

ConformanceFront::Account& ConformanceFront::account(const std::string& username) {
    const auto made = accounts_.try_emplace(username);
    const auto number = static_cast<std::byte>(accounts_.size());
    if (made.second) made.first->second.user_handle = webauthn::UserHandle(Bytes(64, number));
    return made.first->second;
}

json::Value ConformanceFront::attestation_options(const json::Value& request) {
    const std::string* display_name = request.find_string("displayName");
    const json::Value* selection = request.find("authenticatorSelection");
    const auto verification = requirement_in(selection);
    if (display_name == nullptr) return failed("displayName is missing");
    if (!verification) return failed("userVerification is not a requirement");
    username_ = *request.find_string("username");
    const Account& owner = account(username_);
    registration_ = webauthn::RegistrationCeremony{
        .challenge = take_challenge(),
        .user_handle = owner.user_handle,
        .user_verification = *verification
    };
    std::vector<webauthn::CredentialDescriptor> exclude;
    for (const auto& record : owner.credentials) {
        exclude.push_back({record.id, record.transports});
    }
    auto options = json::parse(webauthn::issue_registration(
        settings_.rp,
        settings_.policy,
        *registration_,
        {.name = username_, .display_name = *display_name},
        exclude
    ));
    for (const char* member : {"attestation", "authenticatorSelection", "extensions"}) {
        repeat(*options, request, member);
    }
    return ok(*options);
}

json::Value ConformanceFront::attestation_result(std::string_view response) {
    const auto ceremony = std::exchange(registration_, std::nullopt);
    if (!ceremony) return failed("no registration was started");
    const auto parsed = webauthn::parse_registration_response(response);
    if (!parsed) return failed(parsed.error());
    const auto verified = verifier_.verify_registration(
        settings_.rp, settings_.policy, *ceremony, *parsed, settings_.now
    );
    if (!verified) return failed(verified.error());
    for (const auto& [name, owner] : accounts_) {
        const auto known = std::ranges::find(
            owner.credentials, verified->credential.id, &webauthn::CredentialRecord::id
        );
        if (known != owner.credentials.end()) return failed("7.1 step 26: known already");
    }
    account(username_).credentials.push_back(verified->credential);
    return ok(json::object({}));
}

json::Value ConformanceFront::assertion_options(const json::Value& request) {
    const auto verification = requirement_in(&request);
    const auto owner = accounts_.find(*request.find_string("username"));
    if (!verification) return failed("userVerification is not a requirement");
    if (owner == accounts_.end() || owner->second.credentials.empty()) {
        return failed("the account has no credential");
    }
    username_ = owner->first;
    std::vector<webauthn::CredentialDescriptor> allowed;
    for (const auto& record : owner->second.credentials) {
        allowed.push_back({record.id, record.transports});
    }
    authentication_ = webauthn::AuthenticationCeremony::for_account(
        take_challenge(), owner->second.user_handle, std::move(allowed)
    );
    authentication_->user_verification = *verification;
    auto options = json::parse(webauthn::issue_authentication(settings_.rp, *authentication_));
    repeat(*options, request, "extensions");
    return ok(*options);
}

json::Value ConformanceFront::assertion_result(std::string_view response) {
    const auto ceremony = std::exchange(authentication_, std::nullopt);
    if (!ceremony) return failed("no authentication was started");
    const auto parsed = webauthn::parse_authentication_response(response);
    if (!parsed) return failed(parsed.error());
    auto& credentials = account(username_).credentials;
    const auto record =
        std::ranges::find(credentials, parsed->id(), &webauthn::CredentialRecord::id);
    if (record == credentials.end()) return failed("7.2 step 6: not a credential of the account");
    const auto verified =
        verifier_.verify_authentication(settings_.rp, *ceremony, *record, *parsed);
    if (!verified) return failed(verified.error());
    // The tools expect what 7.2 step 22 leaves to the relying party.
    if (verified->sign_count_check == webauthn::SignCountCheck::went_back) {
        return failed("7.2 step 22: the counter went back");
    }
    record->sign_count = verified->sign_count;
    record->backup_state = verified->backup_state;
    return ok(json::object({}));
}

}  // namespace latchkey::test
