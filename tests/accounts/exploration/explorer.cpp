// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/exploration/explorer.hpp"

#include "accounts/changes.hpp"
#include "accounts/exploration/steps.hpp"
#include "accounts/exploration/witness.hpp"
#include "accounts/exploration/world.hpp"
#include "accounts/sign_in.hpp"
#include "accounts/types.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::accounts {
namespace {

std::string describe(const Step& step) {
    constexpr std::array names{
        "send_code",
        "guess_right",
        "guess_wrong",
        "match",
        "assert_passkey",
        "prove_upstream",
        "take_second_step",
        "start_hold",
        "stop_recovery",
        "restore_passkey",
        "create_passkey",
        "create_biometrics",
        "promote",
        "confirm_app",
        "remove_passkey",
        "link_identity",
        "unlink_identity",
        "turn_on_app",
        "turn_off_app",
        "turn_off_biometrics",
        "sign_out",
        "sign_out_everywhere",
        "start_over",
        "delete_account",
        "wait",
    };
    std::string text = names.at(static_cast<std::size_t>(step.kind));
    text += ' ' + std::to_string(step.subject);
    if (step.intent == Intent::add_passkey) text += " to add";
    if (step.intent == Intent::add_second_step) text += " to add a second step";
    if (step.intent == Intent::restore) text += " to restore";
    if (step.other) text += ' ' + std::to_string(*step.other);
    if (step.by == SecondStep::recovery_code) text += " by recovery code";
    if (step.by == SecondStep::biometrics) text += " by biometrics";
    if (step.offer != Offer::new_one) {
        text += " offer " + std::to_string(static_cast<int>(step.offer));
    }
    return text;
}

struct State {
    World world;
    Witness witness;
    std::size_t number = 0;
};

/// What led from one state to the next.
struct Way {
    std::size_t from = 0;
    Step step;
    std::optional<Step> overtaken_by;
};

class Explorer {
public:
    Explorer(const Core& core, const Bounds& bounds) : core_(core), bounds_(bounds) {
        World world = first_world();
        const Witness witness(world, bounds);
        visit({.world = std::move(world), .witness = witness}, {});
    }

    Explored run(Overtaking overtaking, std::size_t states_at_most) {
        while (!waiting_.empty() && explored_.violation.empty()) {
            if (explored_.states > states_at_most) return explored_;
            const State state = std::move(waiting_.front());
            waiting_.pop_front();
            expand(state, overtaking);
        }
        explored_.is_complete = explored_.violation.empty();
        return explored_;
    }

private:
    void expand(const State& state, Overtaking overtaking) {
        const std::vector<Step> steps = steps_in(state.world, bounds_);
        std::vector<std::pair<Step, Decision>> overtakable;
        for (const Step& step : steps) {
            if (overtaking == Overtaking::none || !can_be_overtaken(step)) continue;
            auto decision = accounts::decide(core_, state.world, step, 1);
            if (decision) overtakable.emplace_back(step, std::move(*decision));
        }
        for (const Step& step : steps) {
            if (step.kind == StepKind::wait) {
                wait(state, step);
                continue;
            }
            const auto decision = accounts::decide(core_, state.world, step, 0);
            if (!decision) {
                ++explored_.refusals;
                continue;
            }
            const Way way{.from = state.number, .step = step, .overtaken_by = std::nullopt};
            auto next = take(state, state.world, *decision, way);
            if (!next) continue;
            for (const auto& [late, late_decision] : overtakable) {
                if (is_one_request(late, step)) continue;
                const Way late_way{.from = state.number, .step = late, .overtaken_by = step};
                auto last = take(*next, state.world, late_decision, late_way);
                if (last) visit(std::move(*last), late_way);
            }
            visit(std::move(*next), way);
        }
    }

    /// Others are one statement (a code, a guess, an end): there is nothing between.
    static bool can_be_overtaken(const Step& step) {
        switch (step.kind) {
            case StepKind::match:
            case StepKind::prove_upstream:
            case StepKind::assert_passkey:
            case StepKind::take_second_step:
            case StepKind::start_hold:
            case StepKind::stop_recovery:
            case StepKind::restore_passkey:
            case StepKind::create_passkey:
            case StepKind::create_biometrics:
            case StepKind::promote:
            case StepKind::confirm_app:
            case StepKind::remove_passkey:
            case StepKind::link_identity:
            case StepKind::unlink_identity:
            case StepKind::turn_on_app:
            case StepKind::turn_off_app:
            case StepKind::turn_off_biometrics:
                return true;
            default:
                return false;
        }
    }

    /// A code is spent once, so one request uses it.
    static bool is_one_request(const Step& step, const Step& by) {
        return step.kind == StepKind::match && by.kind == StepKind::match &&
               step.subject == by.subject;
    }

    /// Commits to `state` what was decided on `seen`.
    std::optional<State> take(
        const State& state, const World& seen, const Decision& decision, const Way& way
    ) {
        auto world = make(state.world, decision);
        if (!world) {
            ++explored_.refusals;
            return std::nullopt;
        }
        ++explored_.transitions;
        if (way.step.kind == StepKind::match) {
            world->codes.erase_if([&way](const EmailCode& code) {
                return code.id == CodeId(way.step.subject);
            });
        }
        State next{.world = std::move(*world), .witness = state.witness};
        const Witness::Scene scene{
            .step = way.step,
            .decision = decision,
            .seen = seen,
            .before = state.world,
            .after = next.world,
        };
        report(next.witness.see(scene), way);
        for (const Change& change : decision.changes) {
            const auto* entry = std::get_if<AppendEvent>(&change);
            if (entry != nullptr) explored_.logged.insert(entry->event.kind);
        }
        return next;
    }

    void wait(const State& state, const Step& step) {
        State next = state;
        next.world.now += std::chrono::minutes(step.subject);
        purge(next.world);
        ++explored_.transitions;
        const Way way{.from = state.number, .step = step, .overtaken_by = std::nullopt};
        report(next.witness.see_time(next.world), way);
        visit(std::move(next), way);
    }

    void visit(State state, const Way& way) {
        if (!explored_.violation.empty()) return;
        // Commits that overtake each other can lead outside: judged, and not followed.
        if (!is_within(state.world, bounds_)) return;
        if (!known_.insert(key_of(state.world, state.witness)).second) return;
        state.number = explored_.states++;
        ways_.push_back(way);
        waiting_.push_back(std::move(state));
    }

    void report(const std::optional<std::string>& verdict, const Way& way) {
        if (!verdict || !explored_.violation.empty()) return;
        std::string path = text_of(way);
        for (std::size_t at = way.from; at != 0; at = ways_[at].from) {
            path = text_of(ways_[at]) + "; " + path;
        }
        explored_.violation = *verdict + " (" + path + ")";
    }

    static std::string text_of(const Way& way) {
        if (!way.overtaken_by) return describe(way.step);
        return describe(way.step) + " overtaken by " + describe(*way.overtaken_by);
    }

    const Core& core_;
    Bounds bounds_;
    Explored explored_;
    std::deque<State> waiting_;
    std::unordered_set<std::string> known_;
    std::vector<Way> ways_;
};

}  // namespace

Explored explore(
    const Core& core, const Bounds& bounds, Overtaking overtaking, std::size_t states_at_most
) {
    return Explorer(core, bounds).run(overtaking, states_at_most);
}

}  // namespace latchkey::accounts
