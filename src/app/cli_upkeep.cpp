// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/cli_parts.hpp"
#include "app/commands.hpp"

#include <CLI/CLI.hpp>

namespace latchkey::app {

void add_backup(CLI::App& app, CommandLine& line) {
    CLI::App& backup = add(
        app,
        line,
        {"backup",
         "Write the database to a new file; the server may run",
         "The file is complete in itself, and of no use without the key file: keep a copy of that\n"
         "in another place.\n\n"
         "  latchkey backup /var/backups/latchkey-2026-01-31.db"},
        [](CommandLine& given) { return back_up(given.config, given.file); }
    );
    CLI::App& restore = add(
        app,
        line,
        {"restore",
         "Put a backup in the place of the database; the server is stopped",
         "Refuses a backup that was sealed with another key file. Everyone is signed out; "
         "passkeys\n"
         "that their owners removed since are back, and are listed; password managers are told\n"
         "nothing until `latchkey signals enable`."},
        [](CommandLine& given) { return app::restore(given.config, given.file); }
    );
    for (CLI::App* command : {&backup, &restore}) {
        with_config(*command, line);
        command->add_option("file", line.file, "The backup")->type_name("FILE")->required();
    }
    CLI::App& signals = add_group(
        app, {"signals", "Say whether password managers are told which passkeys are good", ""}
    );
    with_config(
        add(signals,
            line,
            {"enable",
             "Tell them again, after a restore",
             "Once people have added again what the backup did not know."},
            [](CommandLine& given) { return enable_signals(given.config); }),
        line
    );
}

void add_metadata(CLI::App& app, CommandLine& line) {
    CLI::App& metadata = add_group(
        app,
        {"metadata",
         "Look at what FIDO knows of models, and try what a policy would mean",
         "The BLOB of the FIDO Metadata Service is at https://mds3.fidoalliance.org/."}
    );
    CLI::App& check =
        add(metadata,
            line,
            {"check", "Verify a BLOB and say how old it is", ""},
            [](CommandLine& given) { return check_metadata(given.metadata); });
    CLI::App& show =
        add(metadata,
            line,
            {"show",
             "List its models: AAGUID, certification, name, warnings",
             "Models of FIDO U2F have the identifier of a key in the place of an AAGUID."},
            [](CommandLine& given) { return show_metadata(given.metadata); });
    for (CLI::App* command : {&check, &show}) {
        command->add_option("file", line.metadata.file, "The BLOB")->type_name("FILE")->required();
        command->add_option("--root", line.metadata.root, "The certificate that vouches for it")
            ->type_name("FILE")
            ->capture_default_str();
        command->add_option("--signer", line.metadata.signer, "The host of who signs it")
            ->type_name("HOST")
            ->capture_default_str();
    }
    with_config(
        add(metadata,
            line,
            {"try",
             "Say what share of the passkeys a configuration would refuse; changes nothing",
             "Reads [passkeys] and [metadata] of the configuration, which need not be the one "
             "that\n"
             "the server runs with. Passkeys that are there keep working whatever it says.\n\n"
             "  latchkey metadata try --config stricter.toml"},
            [](CommandLine& given) { return try_policy(given.config); }),
        line
    );
}

void add_audit(CLI::App& app, CommandLine& line) {
    CLI::App& audit = add_group(
        app,
        {"audit", "Look whether the database is as Latchkey wrote it", "  latchkey audit verify"}
    );
    with_config(
        add(audit,
            line,
            {"verify",
             "Check the mark of every passkey and identity; the server may run",
             "Each row that says which passkey, or whom at another provider, opens which account "
             "has "
             "a\n"
             "keyed mark. What somebody altered who has not the key file is listed, and opens "
             "nothing."
             "\n"
             "Needs the key file. Ends with 1 if something was altered."},
            [](CommandLine& given) { return verify_audit(given.config); }),
        line
    );
}

void add_keys(CLI::App& app, CommandLine& line) {
    CLI::App& keys = add_group(
        app,
        {"keys",
         "Exchange the keys of the key file",
         "They work on the running server and on a stopped one alike, for the user that runs it "
         "and\n"
         "for root."}
    );
    CLI::App& list =
        add(keys,
            line,
            {"list", "Show the keys, newest first, and which of them the database needs", ""},
            [](CommandLine& given) { return list_keys(given.config); });
    CLI::App& rotate = add(
        keys,
        line,
        {"rotate",
         "Make a new key: it seals from now on",
         "Nobody is signed out. What the database holds is sealed anew; a running server does so "
         "beside\n"
         "its work, a stopped one's database is done when the command ends. The older key stays in "
         "the\n"
         "file until you take it out."},
        [](CommandLine& given) { return rotate_keys(given.config); }
    );
    CLI::App& remove = add(
        keys,
        line,
        {"remove",
         "Take a key out of the file that nothing needs any more",
         "Refuses a key that the database still needs. Backups from before need it too. Who is in "
         "the\n"
         "middle of a sign-in that began before the exchange begins it again."},
        [](CommandLine& given) { return remove_key(given.config, given.key); }
    );
    remove.add_option("id", line.key, "Its number")
        ->type_name("ID")
        ->check(CLI::Range(1, 255))
        ->required();
    for (CLI::App* command : {&list, &rotate, &remove}) {
        with_config(*command, line);
    }
}

void add_doctor(CLI::App& app, CommandLine& line) {
    CLI::App& doctor = add(
        app,
        line,
        {"doctor",
         "Look whether everything around the server is right, and say the mend",
         "Each line begins with ok, look (odd, but it works) or mend. It looks at files, disk,\n"
         "clock, the server as people reach it, the well-known documents and the mail server\n"
         "(connects and signs in, sends nothing). It ends with 1 if a line says mend."},
        [](CommandLine& given) { return app::doctor(given.config); }
    );
    with_config(doctor, line);
}

}  // namespace latchkey::app
