// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/types.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

// What can be tried in a world.
namespace latchkey::accounts {
namespace {

constexpr std::size_t passkeys_of_eve = 2;

// Past a fresh proof; past the youth of a passkey and the end of a session; past a recovery's mark.
constexpr std::array waits{
    std::chrono::minutes(6), std::chrono::minutes(25h), std::chrono::minutes(24h * 8)
};

std::size_t count_tickets(const World& world) {
    return world.sessions.size() + world.sign_ins.size() + world.codes.size();
}

std::size_t count_of_ada(const World& world, CredentialPurpose purpose) {
    const auto count = std::ranges::count_if(world.passkeys, [purpose](const auto& passkey) {
        return passkey.account != eve_id && passkey.purpose == purpose;
    });
    return static_cast<std::size_t>(count);
}

std::size_t count_tickets_of_eve(const World& world) {
    const auto count = [](const auto& rows) {
        return std::ranges::count_if(rows, [](const auto& row) { return row.account == eve_id; });
    };
    return static_cast<std::size_t>(
        count(world.sessions) + count(world.sign_ins) + count(world.codes)
    );
}

void add_for_each_purpose(
    std::vector<Step>& steps, const World& world, Step step, const Bounds& bounds
) {
    steps.push_back(step);
    if (bounds.devices > 0) {
        step.intent = Intent::add_second_step;
        steps.push_back(step);
    }
    step.intent = Intent::add_passkey;
    steps.push_back(step);
    for (const Passkey& passkey : world.passkeys) {
        step.other = passkey.id.value();
        steps.push_back(step);
    }
}

void add_steps_of_code(
    std::vector<Step>& steps, const World& world, const EmailCode& code, const Bounds& bounds
) {
    const std::int64_t id = code.id.value();
    if (code.spent) {
        add_for_each_purpose(steps, world, {.kind = StepKind::match, .subject = id}, bounds);
        if (bounds.restores > 0) {
            steps.push_back({.kind = StepKind::match, .subject = id, .intent = Intent::restore});
        }
    }
    // Also on a code that is spent or has no attempts left.
    steps.push_back({.kind = StepKind::guess_right, .subject = id});
    steps.push_back({.kind = StepKind::guess_wrong, .subject = id});
}

/// With Eve's credentials, too: none of hers does anything for Ada.
void add_steps_of_devices(
    std::vector<Step>& steps, const World& world, const SignIn& sign_in, const Bounds& bounds
) {
    if (bounds.devices == 0) return;
    const std::int64_t id = sign_in.id.value();
    for (const Passkey& credential : world.passkeys) {
        const std::int64_t device = credential.id.value();
        steps.push_back(
            {.kind = StepKind::take_second_step,
             .subject = id,
             .other = device,
             .by = SecondStep::biometrics}
        );
        steps.push_back({.kind = StepKind::promote, .subject = id, .other = device});
    }
    const bool has_room = count_of_ada(world, CredentialPurpose::second_factor) < bounds.devices;
    if (has_room && sign_in.account != eve_id) {
        steps.push_back({.kind = StepKind::create_biometrics, .subject = id});
    }
}

void add_steps_of_sign_in(
    std::vector<Step>& steps, const World& world, const SignIn& sign_in, const Bounds& bounds
) {
    const std::int64_t id = sign_in.id.value();
    for (const SecondStep by : {SecondStep::authenticator_app, SecondStep::recovery_code}) {
        steps.push_back({.kind = StepKind::take_second_step, .subject = id, .by = by});
    }
    add_steps_of_devices(steps, world, sign_in, bounds);
    if (bounds.holds > 0 && sign_in.account != eve_id) {
        steps.push_back({.kind = StepKind::start_hold, .subject = id});
        steps.push_back(
            {.kind = StepKind::take_second_step, .subject = id, .by = SecondStep::waited}
        );
    }
    if (bounds.restores > 0 && sign_in.account != eve_id) {
        for (const Passkey& passkey : world.passkeys) {
            steps.push_back(
                {.kind = StepKind::restore_passkey, .subject = id, .other = passkey.id.value()}
            );
        }
    }
    if (world.apps.size() < bounds.apps) {
        steps.push_back({.kind = StepKind::confirm_app, .subject = id});
    }
    const bool is_full = count_of_ada(world, CredentialPurpose::passkey) >= bounds.passkeys;
    const auto offer = [&steps, id](Offer what) {
        steps.push_back({.kind = StepKind::create_passkey, .subject = id, .offer = what});
    };
    // Eve's account is scenery: it stays as it is.
    if (!is_full && sign_in.account != eve_id) offer(Offer::new_one);
    offer(Offer::other_handle);
    const auto own = std::ranges::count_if(world.passkeys, [&sign_in](const Passkey& passkey) {
        return passkey.account == sign_in.account;
    });
    if (own > 0) offer(Offer::taken_by_own);
    if (own < std::ssize(world.passkeys)) offer(Offer::taken_by_other);
    steps.push_back({.kind = StepKind::start_over, .subject = id});
}

void add_steps_of_session(
    std::vector<Step>& steps, const World& world, const Session& session, const Bounds& bounds
) {
    const std::int64_t id = session.id.value();
    if (session.account != eve_id && world.apps.size() < bounds.apps) {
        steps.push_back({.kind = StepKind::turn_on_app, .subject = id});
    }
    if (!world.apps.empty()) steps.push_back({.kind = StepKind::turn_off_app, .subject = id});
    for (const Passkey& passkey : world.passkeys) {
        steps.push_back(
            {.kind = StepKind::remove_passkey, .subject = id, .other = passkey.id.value()}
        );
        if (bounds.devices == 0) continue;
        steps.push_back(
            {.kind = StepKind::turn_off_biometrics, .subject = id, .other = passkey.id.value()}
        );
    }
    for (std::int64_t subject = 1; subject <= bounds.subjects; ++subject) {
        const bool is_linked = world.find_identity(subject_numbered(subject)) != nullptr;
        const auto kind = is_linked ? StepKind::unlink_identity : StepKind::link_identity;
        // Eve's account is scenery: what she could only link stays out.
        if (!is_linked && session.account == eve_id) continue;
        steps.push_back({.kind = kind, .subject = id, .other = subject});
    }
    steps.push_back({.kind = StepKind::sign_out, .subject = id});
}

}  // namespace

std::vector<Step> steps_in(const World& world, const Bounds& bounds) {
    std::vector<Step> steps;
    for (const EmailCode& code : world.codes) {
        add_steps_of_code(steps, world, code, bounds);
    }
    for (const SignIn& sign_in : world.sign_ins) {
        add_steps_of_sign_in(steps, world, sign_in, bounds);
    }
    for (const Session& session : world.sessions) {
        add_steps_of_session(steps, world, session, bounds);
    }
    for (const Account& account : world.accounts) {
        steps.push_back({.kind = StepKind::sign_out_everywhere, .subject = account.id.value()});
        if (account.id == eve_id) continue;
        if (bounds.restores > 0) {
            steps.push_back({.kind = StepKind::stop_recovery, .subject = account.id.value()});
        }
        steps.push_back({.kind = StepKind::delete_account, .subject = account.id.value()});
    }
    const bool has_room = count_tickets(world) < bounds.tickets;
    const bool eve_has_room = has_room && count_tickets_of_eve(world) < bounds.eves_tickets;
    for (const Passkey& passkey : world.passkeys) {
        if (!(passkey.account == eve_id ? eve_has_room : has_room)) continue;
        add_for_each_purpose(
            steps, world, {.kind = StepKind::assert_passkey, .subject = passkey.id.value()}, bounds
        );
    }
    if (has_room) {
        steps.push_back({.kind = StepKind::send_code, .subject = 0});
        for (std::int64_t subject = 1; subject <= bounds.subjects; ++subject) {
            add_for_each_purpose(
                steps, world, {.kind = StepKind::prove_upstream, .subject = subject}, bounds
            );
        }
    }
    if (eve_has_room) {
        steps.push_back({.kind = StepKind::send_code, .subject = eve_id.value()});
    }
    for (const auto time : waits) {
        steps.push_back({.kind = StepKind::wait, .subject = time.count()});
    }
    return steps;
}

bool is_within(const World& world, const Bounds& bounds) {
    const std::size_t passkeys = count_of_ada(world, CredentialPurpose::passkey);
    const std::size_t devices = count_of_ada(world, CredentialPurpose::second_factor);
    return count_tickets(world) <= bounds.tickets && passkeys <= bounds.passkeys &&
           devices <= bounds.devices && world.apps.size() <= bounds.apps &&
           world.passkeys.size() - passkeys - devices == passkeys_of_eve;
}

}  // namespace latchkey::accounts
