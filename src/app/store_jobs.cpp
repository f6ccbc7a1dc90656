// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/store_jobs.hpp"

#include "app/config.hpp"
#include "app/jobs.hpp"
#include "app/keyring.hpp"
#include "app/log.hpp"
#include "app/start_checks.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "pages/deletions.hpp"
#include "pages/site.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::app {
namespace {

constexpr std::chrono::seconds often_enough{60};
constexpr int calls_a_turn = 100;  // the next turn goes on

using DeleteDue = std::size_t (*)(const pages::Services&);

/// Deletes by `due`, and says in the log how many of `what` went.
Job deletion_of(std::string what, DeleteDue due, const StoreJobParts& parts) {
    return {
        .name = "delete_" + what,
        .every = often_enough,
        .run =
            [what, due, parts] {
                const std::size_t deleted = due(parts.services);
                if (deleted == 0) return;
                parts.log.write(
                    LogLevel::info, "deleted", {{what, static_cast<std::int64_t>(deleted)}}
                );
            },
    };
}

/// The log may be kept where who writes into the database cannot: it says where the chain stood.
void seal_audit(const StoreJobParts& parts) {
    const auto sealed = parts.services.store.seal_audit(parts.services.clock.now());
    if (!sealed) return;
    parts.log.write(
        LogLevel::info,
        "audit_sealed",
        {{"place", sealed->position}, {"hash", hex_encode(sealed->hash)}}
    );
}

/// A part of what is left to do after the key file got another key.
void renew_keys(const StoreJobParts& parts) {
    constexpr std::size_t rows_a_turn = 10'000;
    const Keyring::Renewal renewal = parts.keyring.renew(rows_a_turn);
    if (renewal == Keyring::Renewal::failed) {
        parts.log.write(LogLevel::error, "job_failed", {{"job", "renew_keys"}});
    }
    if (renewal != Keyring::Renewal::completed) return;
    const std::int64_t key = parts.keyring.first_key();
    parts.log.write(LogLevel::info, "keys_renewed", {{"key", key}});
}

}  // namespace

std::vector<Job> store_jobs(const StoreJobParts& parts) {
    return {
        Job{
            .name = "delete_expired",
            .every = often_enough,
            .run =
                [parts] {
                    const TimePoint now = parts.services.clock.now();
                    for (int i = 0; i < calls_a_turn; ++i) {
                        if (parts.services.store.delete_expired(now) == 0) break;
                    }
                },
        },
        deletion_of("accounts", pages::delete_due_accounts, parts),
        deletion_of("passkeys", pages::delete_lapsed_passkeys, parts),
        Job{
            .name = "seal_audit",
            .every = often_enough,
            .run = [parts] { seal_audit(parts); },
        },
        Job{
            .name = "renew_keys",
            .every = std::chrono::seconds(5),
            .run = [parts] { renew_keys(parts); },
        },
        Job{
            .name = "last_seen",
            .every = often_enough,
            .run =
                [parts] {
                    if (save_last_seen(parts.services.store, parts.services.clock.now())) return;
                    parts.log.write(LogLevel::error, "job_failed", {{"job", "last_seen"}});
                },
        },
    };
}

}  // namespace latchkey::app
