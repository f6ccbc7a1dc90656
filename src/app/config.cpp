// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config.hpp"

#include "accounts/policy.hpp"
#include "app/config_file.hpp"
#include "app/config_keys.hpp"
#include "app/config_providers.hpp"
#include "app/files.hpp"
#include "app/origin.hpp"
#include "http/address.hpp"
#include "latchkey/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr std::size_t file_limit = 1'048'576;
constexpr unsigned most_threads_by_default = 4;
constexpr std::size_t label_limit = 5;  // WebAuthn 5.11.1
constexpr std::string_view environment_prefix = "LATCHKEY_";
constexpr std::string_view file_variable = "LATCHKEY_CONFIG";  // names the file itself
// Not ours to judge: the variables of the project's scripts and tests.
constexpr std::string_view test_prefix = "LATCHKEY_TEST_";

using Problems = std::vector<Problem>;

// A value, and the name by which its writer knows it: the key, or the variable that set it.
struct Source {
    std::string name;
    Given given;
};

std::string with_capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    }
    return text;
}

std::string kind_in_words(ValueKind kind) {
    switch (kind) {
        case ValueKind::text:
            return "text in double quotes";
        case ValueKind::list:
            return R"(a list of texts like ["a", "b"])";
        case ValueKind::number:
            return "a whole number";
    }
    LATCHKEY_ASSERT(false);
}

std::vector<std::string> key_names() {
    std::vector<std::string> names;
    for (const Key& key : config_keys()) {
        names.emplace_back(key.name);
    }
    return names;
}

Given split_list(std::string_view text) {
    Given given{.kind = ValueKind::list, .values = {}};
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view entry = text.substr(0, comma);
        while (entry.starts_with(' ')) {
            entry.remove_prefix(1);
        }
        while (entry.ends_with(' ')) {
            entry.remove_suffix(1);
        }
        given.values.emplace_back(entry);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return given;
}

void refuse_unknown_keys(const std::map<std::string, Given>& file, Problems& problems) {
    const auto names = key_names();
    for (const auto& [name, given] : file) {
        if (std::ranges::find(names, name) != names.end() || is_provider_key(name)) continue;
        const auto similar = nearest(name, names);
        problems.push_back(
            {.key = name,
             .wrong =
                 {"is no key of the configuration",
                  similar ? fmt::format("did you mean {}?", *similar)
                          : "remove it; `latchkey config reference` lists all keys"}}
        );
    }
}

std::vector<std::string> notes_on(const Environment& environment) {
    std::vector<std::string> names{
        std::string(smtp_password_variable),
        std::string(sms_password_variable),
        std::string(file_variable)
    };
    for (const Key& key : config_keys()) {
        names.push_back(environment_name(key.name));
    }
    std::vector<std::string> notes;
    for (const auto& [name, value] : environment) {
        if (std::ranges::find(names, name) != names.end() || name.starts_with(test_prefix)) {
            continue;
        }
        const auto similar = nearest(name, names);
        notes.push_back(fmt::format(
            "the variable {} names no key{}",
            name,
            similar ? fmt::format("; did you mean {}?", *similar) : ""
        ));
    }
    return notes;
}

// The value of a key: the environment's, else the file's, else none.
std::optional<Source> source_of(
    const Key& key, const std::map<std::string, Given>& file, const Environment& environment
) {
    const std::string variable = environment_name(key.name);
    if (const auto found = environment.find(variable); found != environment.end()) {
        Given given = key.kind == ValueKind::list
                          ? split_list(found->second)
                          : Given{.kind = key.kind, .values = {found->second}};
        return Source{.name = variable, .given = std::move(given)};
    }
    const auto found = file.find(std::string(key.name));
    if (found == file.end()) return std::nullopt;
    return Source{.name = std::string(key.name), .given = found->second};
}

void apply(Config& config, const Key& key, const Source& source, Problems& problems) {
    if (source.given.kind != key.kind) {
        problems.push_back(
            {.key = source.name,
             .wrong = {"has a value of another kind", "write " + kind_in_words(key.kind)}}
        );
    } else if (auto wrong = key.apply(config, source.given)) {
        problems.push_back({.key = source.name, .wrong = *std::move(wrong)});
    }
}

void resolve(std::string& path, const std::filesystem::path& folder) {
    if (path.empty()) return;
    path = (folder / path).lexically_normal().string();
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
}

// What depends on other keys, for those that were not set; and paths below the file's folder.
void complete(Config& config, const std::filesystem::path& folder) {
    if (config.rp_id.empty()) config.rp_id = config.origin.host;
    if (config.brand.name.empty()) config.brand.name = config.rp_id;
    if (config.smtp.from.name.empty()) config.smtp.from.name = config.brand.name;
    if (config.smtp.ehlo.empty()) config.smtp.ehlo = config.origin.host;
    if (config.key_file.empty()) config.key_file = config.data + "/key";
    if (config.threads == 0) {
        const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
        config.threads = std::min(most_threads_by_default, processors);
    }
    resolve(config.data, folder);
    resolve(config.key_file, folder);
    resolve(config.smtp.password_file, folder);
    resolve(config.smtp.ca_file, folder);
    resolve(config.sms.password_file, folder);
    resolve(config.brand_files.logo, folder);
    resolve(config.brand_files.icon, folder);
    resolve(config.metadata.file, folder);
    resolve(config.metadata.root, folder);
    for (std::string& file : config.passkeys.root_files) {
        resolve(file, folder);
    }
    if (config.tls) {
        resolve(config.tls->certificate, folder);
        resolve(config.tls->key, folder);
    }
}

bool listens_on_loopback(const Config& config) {
    std::string host = config.listen.substr(0, config.listen.rfind(':'));
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const auto address = http::Address::parse(host);
    return address && address->is_loopback();
}

void check_transport(const Config& config, Problems& problems) {
    if (config.tls && config.tls->certificate.empty()) {
        problems.push_back(
            {"tls.certificate", {"is missing beside tls.key", "set both, or neither"}}
        );
    } else if (config.tls && config.tls->key.empty()) {
        problems.push_back(
            {"tls.key", {"is missing beside tls.certificate", "set both, or neither"}}
        );
    }
    if (config.tls && config.origin.scheme == "http") {
        problems.push_back(
            {"origin",
             {"is http although TLS is set up",
              fmt::format("use https://{}", config.origin.authority())}}
        );
    }
    if (!config.tls && !listens_on_loopback(config) && config.trusted_proxies.empty()) {
        problems.push_back(
            {"listen",
             {fmt::format("offers plain HTTP to the network on {}", config.listen),
              "set tls.certificate and tls.key; or listen on 127.0.0.1; or name the proxy that "
              "does "
              "TLS in trusted_proxies"}}
        );
    }
}

// The document at /.well-known/webauthn lists the origin too.
void check_related_origins(const Config& config, Problems& problems) {
    if (config.related_origins.empty()) return;
    std::set<std::string, std::less<>> labels{std::string(registrable_label(config.origin.host))};
    for (const std::string& text : config.related_origins) {
        labels.emplace(registrable_label(parse_web_origin(text)->host));
    }
    if (labels.size() <= label_limit) return;
    problems.push_back(
        {"related_origins",
         {fmt::format(
              "makes {} different names with the origin's ({})",
              labels.size(),
              fmt::join(labels, ", ")
          ),
          fmt::format("browsers look at no more than {}: remove some", label_limit)}}
    );
}

void check_agreement(Config& config, Problems& problems) {
    if (!rp_id_fits(config.rp_id, config.origin.host)) {
        problems.push_back(
            {"rp_id",
             {fmt::format(
                  "is {}, which does not fit the origin's host {}", config.rp_id, config.origin.host
              ),
              fmt::format(
                  "use {}, or a parent domain of it that is yours alone, which ends at {}: below a "
                  "public suffix like co.uk or github.io strangers have domains too",
                  config.origin.host,
                  registrable_domain(config.origin.host)
              )}}
        );
    }
    const bool needs_domains = config.sign_up.who == accounts::SignUp::domains;
    if (needs_domains && config.sign_up.domains.empty()) {
        problems.push_back(
            {"sign_up_domains", {"is missing with sign_up = \"domains\"", "list the domains"}}
        );
    }
    if (!needs_domains && !config.sign_up.domains.empty()) {
        problems.push_back(
            {"sign_up_domains",
             {"has no effect without sign_up = \"domains\"", "set sign_up, or remove the list"}}
        );
    }
    check_related_origins(config, problems);
    check_passkeys(config, problems);
    check_brand(config, problems);
    check_sms(config, problems);
    check_transport(config, problems);
}

std::array<Login, 2> logins_of(Config& config) {
    return {
        Login{
            .section = "smtp",
            .variable = smtp_password_variable,
            .user = config.smtp.user,
            .password_file = config.smtp.password_file,
            .password = config.smtp.password,
        },
        Login{
            .section = "sms",
            .variable = sms_password_variable,
            .user = config.sms.gateway.user,
            .password_file = config.sms.password_file,
            .password = config.sms.gateway.password,
        },
    };
}

bool is_needed(const Key& key, Needs needs) {
    if (key.without != "must be set") return false;
    return needs == Needs::everything || !key.name.starts_with("smtp.");
}

}  // namespace

std::string Problem::text() const {
    const std::string subject = key.empty() ? wrong.what : fmt::format("{} {}", key, wrong.what);
    const std::string mend = with_capital(wrong.mend);
    return fmt::format(
        "{}. {}{}",
        key.empty() ? with_capital(subject) : subject,
        mend,
        mend.ends_with('?') ? "" : "."
    );
}

Environment read_environment() {
    Environment found;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (!text.starts_with(environment_prefix) || equals == std::string_view::npos) continue;
        found.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return found;
}

Result<Loaded, Problems> load_config(
    const std::string& file, const Environment& environment, Needs needs
) {
    const auto content = read_file(file, file_limit, Readers::anyone);
    if (!content) return Fail{Problems{{.key = "", .wrong = content.error()}}};
    const auto written = parse_config_text(content->reveal());
    if (!written) return Fail{written.error()};

    Loaded loaded{.config = {}, .notes = notes_on(environment)};
    Problems problems;
    refuse_unknown_keys(*written, problems);
    for (const Key& key : config_keys()) {
        if (!key.standard.empty()) {
            const Given standard{.kind = key.kind, .values = {std::string(key.standard)}};
            LATCHKEY_ASSERT(!key.apply(loaded.config, standard));
        }
        if (const auto source = source_of(key, *written, environment)) {
            apply(loaded.config, key, *source, problems);
        } else if (is_needed(key, needs)) {
            problems.push_back(
                {.key = std::string(key.name),
                 .wrong = {"is missing", fmt::format("set it, like {}", key.example)}}
            );
        }
    }
    // Whether values agree can be said only of values.
    if (!problems.empty()) return Fail{std::move(problems)};
    const auto folder = std::filesystem::absolute(file).parent_path();
    complete(loaded.config, folder);
    check_agreement(loaded.config, problems);
    for (const Login login : logins_of(loaded.config)) {
        load_password(login, environment, problems);
    }
    if (needs == Needs::everything) load_providers(loaded.config, *written, folder, problems);
    if (!problems.empty()) return Fail{std::move(problems)};
    return loaded;
}

}  // namespace latchkey::app
