// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/policy.hpp"
#include "accounts/text_messages.hpp"
#include "app/keyring.hpp"
#include "base/random.hpp"
#include "latchkey/webauthn/options.hpp"
#include "outbound/mail.hpp"
#include "outbound/text_message.hpp"
#include "pages/providers.hpp"
#include "pages/site.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::test {

/// 2026-11-22T18:34:00Z, a Sunday.
inline constexpr TimePoint flow_time{std::chrono::milliseconds(1'795'372'440'000)};

/// Where Latchkey says it is, whatever port it listens on; its RP ID is "localhost".
inline constexpr std::string_view flow_origin = "http://localhost:8080";

/// An app that a sign-in may return to.
inline constexpr std::string_view flow_app = "https://app.example.com";

struct LatchkeyOptions {
    accounts::SignUpPolicy sign_up;
    accounts::RecoveryPolicy recovery;
    std::vector<std::string> related_origins;
    /// What is configured of other providers; asked for at each start.
    std::function<std::vector<pages::ConfiguredProvider>()> providers;
    unsigned threads = 2;
    std::size_t commit_queue = 4'096;
    /// Puts something between the pages and the store or the random source.
    std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> wrap_store;
    std::function<std::unique_ptr<Random>(std::unique_ptr<Random>)> wrap_random;
    webauthn::RegistrationPolicy passkeys{};
    webauthn::CounterRule counter_rule = webauthn::CounterRule::refuse_device_bound;
    std::optional<accounts::TextMessagePolicy> text_messages{};  // nullopt: none are sent
};

/// A whole Latchkey in this process: real server, real SQLite in a folder of its own, real pages,
/// mails and random bytes. Only the time stands still until the test moves it, and mails end in
/// the outbox. Requests come over a trusted proxy on the loopback, so that each client can say
/// from which network it is.
class Latchkey {
public:
    explicit Latchkey(LatchkeyOptions options = {});
    Latchkey(const Latchkey&) = delete;
    Latchkey& operator=(const Latchkey&) = delete;
    Latchkey(Latchkey&&) = delete;
    Latchkey& operator=(Latchkey&&) = delete;
    ~Latchkey();

    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] store::Store& store();

    /// What its handlers work with.
    [[nodiscard]] const pages::Services& services() const;

    [[nodiscard]] app::Keyring& keyring();

    [[nodiscard]] std::string key_file() const { return folder_ / "key"; }

    /// Ends the process, as it were, and starts it again: the folder and the key file stay.
    void restart();

    /// What was queued to this address, oldest first, as it would be sent now: what has expired
    /// is gone.
    std::vector<outbound::Mail> mails_to(std::string_view address);

    /// How many mails were queued to this address whose subject holds this, and whether any was.
    std::size_t times_told(std::string_view address, std::string_view subject);
    bool was_told(std::string_view address, std::string_view subject);

    /// What was queued to this number, in the same way.
    std::vector<outbound::TextMessage> texts_to(std::string_view number);

    /// How many text messages were queued in all.
    std::size_t count_texts();

    /// The code in the newest mail to the address; fails the test if there is none.
    std::string code_for(std::string_view address);

    /// Every line that was logged until now, each a JSON object. An answer may be there before the
    /// line that tells of it.
    [[nodiscard]] std::string log() const;

    /// The same, when a line that contains `text` has come; waits for it.
    [[nodiscard]] std::string log_with(std::string_view text) const;

    /// Commits, as a command of the operator does; fails the test if it is not made.
    void commit(std::vector<store::Change> changes);

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    FixedClock clock{flow_time};

private:
    struct Process;

    void collect_mails();
    void collect_texts();

    LatchkeyOptions options_;
    std::filesystem::path folder_;
    std::unique_ptr<Process> process_;
    std::vector<outbound::Mail> mails_;
    std::vector<outbound::TextMessage> texts_;
    std::string log_before_;  // of earlier processes
};

}  // namespace latchkey::test
