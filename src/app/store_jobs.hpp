// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/jobs.hpp"
#include "app/keyring.hpp"
#include "app/log.hpp"
#include "pages/site.hpp"

#include <vector>

namespace latchkey::app {

/// What the jobs work on; all of it outlives them.
struct StoreJobParts {
    const pages::Services& services;
    Keyring& keyring;
    Log& log;
};

/// What has to be done in the store once a minute: rows that have expired go, accounts and passkeys
/// whose time is over are deleted, the end of the audit log is sealed, and the clock is noted. And
/// every few seconds: what an exchange of keys left to do.
std::vector<Job> store_jobs(const StoreJobParts& parts);

}  // namespace latchkey::app
