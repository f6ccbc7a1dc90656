// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "accounts/sign_in.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace latchkey::accounts {

/// What a session is opened on.
struct SessionGrounds {
    const Account& account;
    Assurance assurance = Assurance::passkey;
    TimePoint authenticated_at;
    std::optional<TimePoint> recovered_at;
    std::optional<PasskeyId> passkey;
};

/// A decision while it is put together: each call appends what it says, in that order. Holds
/// references to what it is made from.
class Draft {
public:
    Draft(const Circumstances& at, const Fresh& fresh) : at_(at), fresh_(fresh) {}

    void add(Change change) { decision_.changes.push_back(std::move(change)); }

    /// An entry of the audit log; at most as many as Fresh has ids for.
    void log(EventKind kind, std::optional<AccountId> account, std::string detail = {});

    /// A notice to every address of the account.
    void tell(NoticeKind kind, const Account& account, std::string passkey = {});

    /// A notice about an identity at `issuer`.
    void tell_of_identity(NoticeKind kind, const Account& account, std::string issuer);

    /// A notice that somebody got in around a passkey or the second step, with the link that stops
    /// it. `issuer`: of the provider by which; empty: none.
    void tell_of_recovery(NoticeKind kind, const Account& account, std::string issuer);

    /// A notice about an address, which it names masked, with a link that stops what it tells.
    void tell_of_address(
        NoticeKind kind,
        const Account& account,
        const EmailAddress& address,
        std::optional<StopLink> stop = std::nullopt
    );

    /// A notice about a hold, to be sent at `tell_at` if the hold has not ended by then.
    void tell_of_hold(
        NoticeKind kind, const Account& account, const Hold& hold, std::optional<TimePoint> tell_at
    );

    /// Opens a session under the fresh id. Who signs in keeps an account that was to be deleted.
    /// The one that the browser had ends; mails go in the language of its pages from now on. The
    /// owner is told if the browser is new and nothing else is told that says so.
    void open_session(const SessionGrounds& grounds);

    /// `acting` goes on under the fresh id, with all that it proved and until the same moment.
    void renew_session(const Session& acting);

    /// Stores a sign-in under the fresh id, proved now.
    void start_sign_in(SignIn sign_in);

    Decision finish(SignInState next, std::string return_to = {});

private:
    void set_language(const SessionGrounds& grounds);
    void tell_all(const Account& account, Notice notice);

    const Circumstances& at_;
    const Fresh& fresh_;
    std::size_t events_ = 0;
    std::optional<Account> signed_in_;  // whose session was opened
    Decision decision_;
};

}  // namespace latchkey::accounts
