// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/cli.hpp"
#include "app/config.hpp"
#include "app/start_checks.hpp"
#include "base/json.hpp"

#include <chrono>
#include <cstdint>
#include <string>

/// The commands, one .cpp a group; app/cli.cpp gives them their arguments.
namespace latchkey::app {

// ---- serve_command.cpp

Exit serve(const std::string& config_file, ClockTrust clock_trust);

// ---- demo_command.cpp

struct DemoOptions {
    std::string data = "latchkey-demo";
    std::uint16_t port = 8080;  // 0: a free one
};

Exit demo(const DemoOptions& options);

// ---- config_command.cpp

Exit check_config(const std::string& config_file);
Exit print_config_reference();
Exit print_commands_reference();

// ---- user_command.cpp

enum class OutputForm : std::uint8_t { text, json };

Exit list_users(const std::string& config_file, OutputForm form);
Exit show_user(const std::string& config_file, const std::string& email, OutputForm form);
Exit show_factors(const std::string& config_file, const std::string& email, OutputForm form);
Exit list_events(const std::string& config_file, const std::string& email, OutputForm form);
Exit grant_recovery(const std::string& config_file, const std::string& email);
Exit reset_second_factor(const std::string& config_file, const std::string& email);
Exit sign_out_user(const std::string& config_file, const std::string& email);
Exit delete_user(const std::string& config_file, const std::string& email);
Exit invite_user(const std::string& config_file, const std::string& email);

// ---- backup_command.cpp

/// The server may run.
Exit back_up(const std::string& config_file, const std::string& file);

/// The server must not run.
Exit restore(const std::string& config_file, const std::string& file);

/// After a restore: password managers are told again which passkeys are good.
Exit enable_signals(const std::string& config_file);

// ---- metadata_command.cpp

Exit check_metadata(const MetadataConfig& options);
Exit show_metadata(const MetadataConfig& options);

/// A dry run: what the policy of this configuration would make of the passkeys that are there.
Exit try_policy(const std::string& config_file);

// ---- audit_command.cpp

/// The server may run.
Exit verify_audit(const std::string& config_file);

// ---- keys_command.cpp

/// All work on the running server and on a stopped one alike.
Exit list_keys(const std::string& config_file);
Exit rotate_keys(const std::string& config_file);
Exit remove_key(const std::string& config_file, std::uint8_t id);

// ---- doctor_command.cpp

Exit doctor(const std::string& config_file);

// ---- what they share: shared_command.cpp

/// Prints what is wrong, with the mend, to standard error.
Exit fail(const Wrong& wrong);

/// Loads the configuration; prints its problems and returns nullopt if there are any.
std::optional<Config> load_or_print(const std::string& config_file, Needs needs);

/// Has the command carried out: by the running server, or here if it is stopped.
Result<json::Value, Wrong> carry_out(const Config& config, const json::Value& request);

}  // namespace latchkey::app
