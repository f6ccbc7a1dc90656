// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli.hpp"

#include "app/cli_parts.hpp"
#include "app/commands.hpp"
#include "app/start_checks.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace latchkey::app {
namespace {

void with_address(CLI::App& command, CommandLine& line) {
    command.add_option("address", line.email, "The e-mail address of the account")
        ->type_name("ADDRESS")
        ->required();
}

void add_running(CLI::App& app, CommandLine& line) {
    CLI::App& serve = add(
        app,
        line,
        {"serve",
         "Run the server",
         "Logs are JSON on standard output, one object a line. SIGTERM and SIGINT let it finish\n"
         "the requests in flight; a second signal ends it at once.\n"
         "SIGHUP reads the TLS files again.\n\n"
         "  latchkey serve --config /etc/latchkey/latchkey.toml"},
        [](CommandLine& given) {
            return app::serve(
                given.config, given.accepts_clock ? ClockTrust::accepted : ClockTrust::checked
            );
        }
    );
    with_config(serve, line);
    serve.add_flag(
        "--accept-clock",
        line.accepts_clock,
        "Start although the database has seen a later time (the clock was wrong then, and is right)"
    );

    CLI::App& demo = add(
        app,
        line,
        {"demo",
         "Try Latchkey on this machine: no set-up, mail in a mailbox of its own",
         "People on this machine alone can reach it. The folder is made, and kept afterwards.\n\n"
         "  latchkey demo --port 8080"},
        [](CommandLine& given) { return app::demo(given.demo); }
    );
    demo.add_option("--data", line.demo.data, "The folder for its database")
        ->type_name("DIR")
        ->capture_default_str();
    demo.add_option("--port", line.demo.port, "The port on localhost")
        ->type_name("N")
        ->check(CLI::Range(1, 65'535))
        ->capture_default_str();
}

void add_config(CLI::App& app, CommandLine& line) {
    CLI::App& config =
        add_group(app, {"config", "Look at the configuration", "  latchkey config check"});
    with_config(
        add(config,
            line,
            {"check",
             "Say what is wrong with the configuration, and how to mend it",
             "Nothing is started and nobody is asked; `latchkey doctor` does that."},
            [](CommandLine& given) { return check_config(given.config); }),
        line
    );
    add(config,
        line,
        {"reference", "Print every key with its default and meaning, as Markdown", ""},
        [](CommandLine&) { return print_config_reference(); });
    add(config,
        line,
        {"commands", "Print the help of every command, as Markdown", ""},
        [](CommandLine&) { return print_commands_reference(); });
}

/// What an operator asks and does for who is locked out.
void add_user_recovery(CLI::App& user, CommandLine& line) {
    CLI::App& factors =
        add(user,
            line,
            {"factors", "Show what an account signs in with: passkeys, second step, providers", ""},
            [](CommandLine& given) { return show_factors(given.config, given.email, given.form()); }
        );
    CLI::App& events =
        add(user,
            line,
            {"events", "Show what happened to an account, newest first", "At most 200 events."},
            [](CommandLine& given) { return list_events(given.config, given.email, given.form()); }
        );
    CLI::App& grant = add(
        user,
        line,
        {"recovery-link",
         "Let somebody in who lost passkey and second step, with any `recovery`",
         "Who proves the address by a new code is let in once, within three days, and marked as\n"
         "recovered. Be sure that you talk with the owner: whoever reads the mailbox gets in.\n"
         "The address is told with a link that stops it. Needs the running server.\n\n"
         "  latchkey user recovery-link ada@example.com"},
        [](CommandLine& given) { return grant_recovery(given.config, given.email); }
    );
    CLI::App& reset =
        add(user,
            line,
            {"reset-second-factor",
             "Turn off two-step sign-in of an account that has a passkey too",
             "Its recovery codes and all sessions end. The address is told. Needs the running\n"
             "server.\n\n"
             "  latchkey user reset-second-factor ada@example.com"},
            [](CommandLine& given) { return reset_second_factor(given.config, given.email); });
    for (CLI::App* command : {&factors, &events, &grant, &reset}) {
        with_address(*command, line);
        with_config(*command, line);
    }
    for (CLI::App* command : {&factors, &events}) {
        with_json(*command, line);
    }
}

void add_user(CLI::App& app, CommandLine& line) {
    CLI::App& user = add_group(
        app,
        {"user",
         "Look after accounts",
         "They work on the running server and on a stopped one alike, for the user that runs it "
         "and\n"
         "for root. What tells an owner needs the running one."}
    );
    CLI::App& list = add(user, line, {"list", "List all accounts", ""}, [](CommandLine& given) {
        return list_users(given.config, given.form());
    });
    CLI::App& show =
        add(user,
            line,
            {"show", "Show an account with its passkeys, sessions and latest events", ""},
            [](CommandLine& given) { return show_user(given.config, given.email, given.form()); });
    CLI::App& sign_out =
        add(user,
            line,
            {"sign-out",
             "Sign an account out on every device",
             "Sign-ins under way and codes that were sent end too. Its passkeys stay."},
            [](CommandLine& given) { return sign_out_user(given.config, given.email); });
    CLI::App& remove =
        add(user,
            line,
            {"delete",
             "Delete an account with its passkeys and sessions",
             "Its addresses are told, so the server has to run. The audit log keeps what\n"
             "happened. There is no way back but a backup.\n\n"
             "  latchkey user delete ada@example.com --yes"},
            [](CommandLine& given) { return delete_user(given.config, given.email); });
    CLI::App& invite = add(
        user,
        line,
        {"invite",
         "Let an address create an account (with sign_up = \"invite\")",
         "The invitation holds for a week; a second one renews it. Nothing is mailed: tell the\n"
         "person the address that is printed.\n\n"
         "  latchkey user invite ada@example.com"},
        [](CommandLine& given) { return invite_user(given.config, given.email); }
    );
    for (CLI::App* command : {&show, &sign_out, &remove, &invite}) {
        with_address(*command, line);
    }
    for (CLI::App* command : {&list, &show, &sign_out, &remove, &invite}) {
        with_config(*command, line);
    }
    for (CLI::App* command : {&list, &show}) {
        with_json(*command, line);
    }
    remove.add_flag("--yes", line.is_confirmed, "Yes, delete it")->required();
    add_user_recovery(user, line);
}

std::unique_ptr<CLI::App> make_app(CommandLine& line) {
    auto app = std::make_unique<CLI::App>("Latchkey signs people in with passkeys.", "latchkey");
    app->footer(
        "The first steps:\n"
        "  latchkey demo                    try it on this machine\n"
        "  latchkey config reference        what can be configured\n"
        "  latchkey config check            is the configuration right?\n"
        "  latchkey doctor                  is everything around it right?\n"
        "  latchkey serve                   run it\n\n"
        "Every command ends with 0 if all went well, 1 if something stood in the way (standard "
        "error\n"
        "says what, and the mend), 2 if the command line is wrong, 3 if the configuration is."
    );
    app->set_version_flag("--version", "latchkey " LATCHKEY_VERSION);
    app->require_subcommand(1);
    add_running(*app, line);
    add_config(*app, line);
    add_user(*app, line);
    add_backup(*app, line);
    add_metadata(*app, line);
    add_audit(*app, line);
    add_keys(*app, line);
    add_doctor(*app, line);
    return app;
}

void append_help(std::string& out, const CLI::App& command, const std::string& path) {
    const auto commands = command.get_subcommands([](const CLI::App*) { return true; });
    const std::string parent = path.substr(0, std::min(path.rfind(' '), path.size()));
    out +=
        fmt::format("\n## `{}`\n\n```\n{}```\n", path, command.help(parent == path ? "" : parent));
    for (const CLI::App* below : commands) {
        append_help(out, *below, path + " " + below->get_name());
    }
}

}  // namespace

int run_command_line(int count, const char* const* arguments) {
    CommandLine line;
    const auto app = make_app(line);
    try {
        app->parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        // Also how CLI11 reports that help was asked for.
        return app->exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
    }
    LATCHKEY_ASSERT(line.chosen != nullptr);
    return static_cast<int>(line.chosen());
}

std::string commands_reference() {
    CommandLine line;
    std::string out =
        "# Commands\n\nWritten by `latchkey config commands`; a test compares it with the code.\n";
    append_help(out, *make_app(line), "latchkey");
    return out;
}

}  // namespace latchkey::app
