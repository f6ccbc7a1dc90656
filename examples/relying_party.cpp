// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
/// A relying party on standard input and output: prints the options of a registration, reads what
/// the browser answered, and does the same with an authentication. Each is one line of JSON.
#include <latchkey/webauthn.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>

#include <unistd.h>

using namespace latchkey::webauthn;

namespace {

latchkey::Bytes random_bytes(std::size_t size) {
    latchkey::Bytes bytes(size);
    if (getentropy(bytes.data(), bytes.size()) != 0) std::abort();
    return bytes;
}

std::string ask(const std::string& options) {
    std::cout << options << '\n' << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer;
}

int refuse(const Failure& failure) {
    std::cerr << describe(failure) << '\n';
    return 1;
}

}  // namespace

int main() {
    const RelyingParty rp{RpId("localhost"), "Example", {Origin("http://localhost:8080")}};
    const RegistrationPolicy policy;
    Verifier verifier;
    const auto now = std::chrono::system_clock::now();

    const RegistrationCeremony registration{
        .challenge = Challenge(random_bytes(32)), .user_handle = UserHandle(random_bytes(64))
    };
    const auto created = parse_registration_response(
        ask(issue_registration(rp, policy, registration, {.name = "ada@example.org"}, {}))
    );
    if (!created) return refuse(created.error());
    const auto registered = verifier.verify_registration(
        rp, policy, registration, *created, std::chrono::floor<std::chrono::milliseconds>(now)
    );
    if (!registered) return refuse(registered.error());
    CredentialRecord record = registered->credential;  // save it, if nobody has its id

    const auto sign_in = AuthenticationCeremony::discoverable(Challenge(random_bytes(32)));
    const auto asserted = parse_authentication_response(ask(issue_authentication(rp, sign_in)));
    if (!asserted) return refuse(asserted.error());
    const auto verified = verifier.verify_authentication(rp, sign_in, record, *asserted);
    if (!verified) return refuse(verified.error());
    record.sign_count = verified->sign_count;  // save these two
    record.backup_state = verified->backup_state;
    std::cout << "signed in\n";
}
