// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

/// What the command line is made of.
namespace latchkey::app {

/// What the arguments said, and what to do then.
struct CommandLine {
    std::string config = "/etc/latchkey/latchkey.toml";
    std::string email;
    std::string file;
    MetadataConfig metadata{
        .file = {},
        .root = "/etc/ssl/certs/GlobalSign_Root_CA_-_R3.pem",
        .signer = "mds.fidoalliance.org"
    };
    DemoOptions demo;
    std::uint8_t key = 0;
    bool wants_json = false;
    bool accepts_clock = false;
    bool is_confirmed = false;
    std::function<Exit()> chosen;

    [[nodiscard]] OutputForm form() const {
        return wants_json ? OutputForm::json : OutputForm::text;
    }
};

/// A command's place, what it does in a line, and what its help adds.
struct CommandText {
    const char* name;
    const char* what;
    const char* more;
};

CLI::App& add(
    CLI::App& parent, CommandLine& line, const CommandText& text, Exit (*run)(CommandLine&)
);

/// A name that only holds other commands.
CLI::App& add_group(CLI::App& parent, const CommandText& text);

void with_config(CLI::App& command, CommandLine& line);
void with_json(CLI::App& command, CommandLine& line);

// ---- cli_upkeep.cpp: commands that look after the database and what is around it

void add_backup(CLI::App& app, CommandLine& line);
void add_metadata(CLI::App& app, CommandLine& line);
void add_audit(CLI::App& app, CommandLine& line);
void add_keys(CLI::App& app, CommandLine& line);
void add_doctor(CLI::App& app, CommandLine& line);

}  // namespace latchkey::app
