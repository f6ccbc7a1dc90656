// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "flows/person.hpp"
#include "flows/provider.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

/// People who sign in through the provider that is configured as "there".
namespace latchkey::test {

inline LatchkeyOptions with(
    const Provider& provider, oidc::ProviderKind kind = oidc::ProviderKind::apple
) {
    LatchkeyOptions options;
    options.providers = [&provider, kind] {
        std::vector<pages::ConfiguredProvider> configured;
        configured.push_back(provider.configured("there", kind));
        return configured;
    };
    return options;
}

inline std::string callback(const Fields& fields, std::string_view name = "there") {
    return "/sign-in/with/" + std::string(name) + "/callback?" + encode_form(fields);
}

/// Presses the button and agrees at the provider: what the browser brings back.
inline Fields go_and_agree(Person& person, Provider& provider, std::string_view query = "") {
    const Page sent = person.browser.get("/sign-in/with/there" + std::string(query));
    REQUIRE(sent.status() == 303);
    return provider.agree(sent.location());
}

inline Page sign_in_there(Person& person, Provider& provider, std::string_view query = "") {
    return person.browser.get(callback(go_and_agree(person, provider, query)));
}

/// A new account by way of the provider, in a browser that is signed out again.
inline void sign_up_there(Person& person, Provider& provider) {
    const Page proved = sign_in_there(person, provider);
    REQUIRE(proved.location() == "/sign-in/add-passkey");
    REQUIRE(person.create_passkey().status() == 200);
    REQUIRE(person.is_signed_in());
    person.browser.http().cookies.clear();
}

/// Presses the button in Settings: the answer leads to the provider if nothing is in the way.
inline HttpResponse ask_to_link(Person& person) {
    return person.browser.http().get(
        "/settings/identities/there/link", {{"sec-fetch-site", "same-origin"}}
    );
}

inline std::vector<accounts::LinkedIdentity> identities_of(Person& person) {
    return person.latchkey.store().list_identities(person.account()->id);
}

}  // namespace latchkey::test
