// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "pages/passkey_model.hpp"

#include "accounts/authenticator_names.hpp"
#include "accounts/types.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/metadata.hpp"
#include "latchkey/webauthn/options.hpp"
#include "latchkey/webauthn/types.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/render.hpp"
#include "pages/visit.hpp"
#include "pages/words.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

namespace latchkey::pages {
namespace {

bool is_active_passkey(const accounts::Passkey& passkey) {
    return passkey.status == accounts::CredentialStatus::active;
}

json::Value sync_model(const webauthn::CredentialRecord& record) {
    const bool is_synced = record.backup_eligible && record.backup_state;
    return json::object({
        {"synced", is_synced},
        {"device", !record.backup_eligible},
        {"not_backed_up", record.backup_eligible && !record.backup_state},
    });
}

/// What FIDO has on file of the model that the passkey claims; nullptr: nothing.
const webauthn::MetadataEntry* model_of(
    const webauthn::RegistrationPolicy& policy, const accounts::Passkey& passkey
) {
    return policy.metadata ? policy.metadata->find(passkey.record.aaguid) : nullptr;
}

/// As everywhere; where neither its owner nor our table has a name, the one that FIDO has on file.
std::string shown_name(
    const Edition& edition, const accounts::Passkey& passkey, const webauthn::MetadataEntry* model
) {
    if (!passkey.name.empty()) return passkey.name;
    const bool is_named = accounts::provider_name(passkey.record.aaguid).has_value();
    const bool is_known = model != nullptr && !model->description.empty();
    if (!is_named && is_known) return model->description;
    return passkey_in_words(edition, accounts::display_name(passkey));
}

/// "L1" to "L3+"; empty if FIDO certified the model at no level, or nothing is known of it.
std::string shown_certification(const webauthn::MetadataEntry* model, webauthn::TimePoint now) {
    if (model == nullptr) return {};
    const auto level = webauthn::certification_of(*model, now);
    if (level == webauthn::CertificationLevel::none) return {};
    return std::string(webauthn::name_of(level));
}

}  // namespace

json::Value passkey_model(const Visit& visit, const accounts::Passkey& passkey) {
    const accounts::Session& session = visit.needed_session().session;
    const auto policy = visit.services.passkey_policy.current();
    const webauthn::MetadataEntry* model = model_of(*policy, passkey);
    return json::object({
        {"id", passkey.public_id.value()},
        {"name", shown_name(visit.edition, passkey, model)},
        {"given_name", passkey.name},
        {"sync", sync_model(passkey.record)},
        {"certification", shown_certification(model, visit.services.clock.now())},
        {"created", day_in_words(visit.edition, passkey.created_at)},
        {"created_on", browser_in_words(visit.edition, passkey.created_on)},
        {"last_used",
         passkey.last_used_at ? day_in_words(visit.edition, *passkey.last_used_at) : std::string()},
        {"last_used_on", browser_in_words(visit.edition, passkey.last_used_on)},
        {"current", session.passkey == passkey.id},
        {"suspended", passkey.status == accounts::CredentialStatus::suspended},
    });
}

std::vector<accounts::Passkey> only_passkeys(const std::vector<accounts::Passkey>& credentials) {
    std::vector<accounts::Passkey> passkeys;
    std::ranges::copy_if(credentials, std::back_inserter(passkeys), [](const auto& passkey) {
        return passkey.purpose == accounts::CredentialPurpose::passkey;
    });
    return passkeys;
}

std::size_t count_active(const std::vector<accounts::Passkey>& passkeys) {
    return static_cast<std::size_t>(std::ranges::count_if(passkeys, is_active_passkey));
}

}  // namespace latchkey::pages
