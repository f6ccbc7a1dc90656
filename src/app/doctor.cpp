// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/doctor.hpp"

#include "app/audit.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/files.hpp"
#include "app/key_file.hpp"
#include "app/log.hpp"
#include "app/metadata_file.hpp"
#include "app/origin.hpp"
#include "app/start_checks.hpp"
#include "app/system_clock.hpp"
#include "app/wiring.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "latchkey/result.hpp"
#include "oidc/provider.hpp"
#include "outbound/http_get.hpp"
#include "outbound/https_client.hpp"
#include "outbound/smtp_mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "pages/providers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

namespace latchkey::app {
namespace {

constexpr std::uint64_t mebibyte = 1'048'576;
constexpr std::uint64_t least_space = 100 * mebibyte;
constexpr std::uint64_t ample_space = 1'024 * mebibyte;
constexpr std::size_t pem_limit = 1'048'576;

Finding good(std::string subject, std::string what) {
    return {
        .kind = Finding::Kind::good,
        .subject = std::move(subject),
        .what = std::move(what),
        .mend = {}
    };
}

Finding wrong(std::string subject, Wrong found) {
    return {
        .kind = Finding::Kind::wrong,
        .subject = std::move(subject),
        .what = std::move(found.what),
        .mend = std::move(found.mend)
    };
}

bool is_there(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

Finding examine_names(const Config& config) {
    return good(
        "origin",
        fmt::format(
            "people come to {}, and passkeys belong to {}", config.origin.text(), config.rp_id
        )
    );
}

Finding examine_data(const Config& config) {
    struct stat status{};
    if (stat(config.data.c_str(), &status) != 0) {
        Finding finding = good("data", fmt::format("{} is not there yet", config.data));
        finding.kind = Finding::Kind::odd;
        finding.mend = "the first start makes it; look that the user of Latchkey may";
        return finding;
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return wrong(
            "data",
            {fmt::format(
                 "others may look into {} (mode {:04o})", config.data, status.st_mode & 07777U
             ),
             fmt::format("make it yours alone: chmod 700 {}", config.data)}
        );
    }
    return good("data", fmt::format("{} is its owner's alone", config.data));
}

Finding examine_disk(const Config& config) {
    const std::string place = is_there(config.data) ? config.data : "/";
    struct statvfs disk{};
    if (statvfs(place.c_str(), &disk) != 0) {
        return wrong("disk", {fmt::format("cannot look at the disk of {}", place), "mend `data`"});
    }
    const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    Finding finding = good("disk", fmt::format("{} MiB are free", free_bytes / mebibyte));
    if (free_bytes >= ample_space) return finding;
    finding.kind = free_bytes < least_space ? Finding::Kind::wrong : Finding::Kind::odd;
    finding.mend = "make room: a full disk refuses every sign-up and sign-in";
    return finding;
}

Finding examine_key(const Config& config) {
    if (!is_there(config.key_file)) {
        if (!is_there(database_file(config))) {
            return good("key file", fmt::format("{} is made at the first start", config.key_file));
        }
        return wrong(
            "key file",
            {fmt::format("{} is missing beside a database", config.key_file),
             "restore it from your copy"}
        );
    }
    const auto keys = load_key_file(config.key_file);
    if (!keys) return wrong("key file", keys.error());
    return good(
        "key file", fmt::format("{} is its owner's alone: keep a copy of it", config.key_file)
    );
}

Finding examine_tls(const Config& config) {
    if (!config.tls) return good("tls", "left to the proxy, or to localhost");
    const auto certificate = read_file(config.tls->certificate, pem_limit, Readers::anyone);
    if (!certificate) return wrong("tls", certificate.error());
    const auto key = read_file(config.tls->key, pem_limit, Readers::owner_only);
    if (!key) return wrong("tls", key.error());
    return good("tls", "both files can be read, and the key by its owner alone");
}

Finding examine_clock() {
    timex state{};
    Finding finding = good("clock", fmt::format("it is {}", format_time(SystemClock().now())));
    if (adjtimex(&state) != TIME_ERROR) return finding;
    finding.kind = Finding::Kind::odd;
    finding.what += "; nothing keeps it right";
    finding.mend = "turn on time synchronization (timedatectl set-ntp true)";
    return finding;
}

Finding examine_database(const Config& config) {
    if (!is_there(database_file(config))) return good("database", "made at the first start");
    const auto answer = carry_out(config, json::object({{"command", "status"}}));
    if (!answer) return wrong("database", answer.error());
    const json::Value* healthy = answer->find("healthy");
    if (healthy == nullptr || *healthy != json::Value(true)) {
        return wrong("database", {"it does not write", "look at the disk and at the log"});
    }
    return good("database", "it reads and writes");
}

Finding examine_rows(const Config& config) {
    if (!is_there(database_file(config))) return good("rows", "there are none yet");
    const auto verified = verify_database(config);
    if (!verified) return wrong("rows", verified.error());
    if (!verified->altered.empty()) {
        return wrong(
            "rows",
            {fmt::format(
                 "{} of passkeys and identities were altered by somebody else, {} first",
                 verified->altered.size(),
                 words_of(verified->altered.front())
             ),
             altered_mend}
        );
    }
    if (!verified->audit.faults.empty()) {
        return wrong("rows", {words_of(verified->audit.faults.front()), altered_mend});
    }
    return good(
        "rows",
        fmt::format(
            "{} passkeys, {} identities and {} events are as they were written",
            verified->passkeys,
            verified->identities,
            verified->audit.events
        )
    );
}

Finding examine_metadata(const Config& config) {
    const TimePoint now = SystemClock().now();
    const auto metadata = read_metadata(config.metadata, 0, now);
    if (!metadata) return wrong("metadata", metadata.error());
    Finding finding = good(
        "metadata",
        fmt::format(
            "{} models; the next is due on {}",
            metadata->entries().size(),
            format_time(metadata->next_update()).substr(0, 10)
        )
    );
    if (!metadata->is_stale(now)) return finding;
    finding.kind = Finding::Kind::odd;
    finding.mend = "get a newer BLOB: what became of models since is not known";
    return finding;
}

// GETs a JSON document; its value, or what to tell.
Result<json::Value, Wrong> fetch_document(const std::string& url) {
    const auto answer = outbound::http_get(url);
    if (!answer) {
        return Fail{Wrong{
            fmt::format("{} cannot be reached from here: {}", url, answer.error()),
            "start the server; look at DNS, proxy and certificate"
        }};
    }
    if (answer->status != 200) {
        return Fail{Wrong{
            fmt::format("{} answers {}", url, answer->status),
            "have whoever serves that host pass this path on to Latchkey, with the host of the "
            "origin"
        }};
    }
    auto document = json::parse(answer->body);
    if (!document) {
        return Fail{Wrong{
            fmt::format("{} is not Latchkey's document", url),
            "have whoever serves that host pass this path on to Latchkey"
        }};
    }
    return std::move(document).value();
}

Finding examine_server(const Config& config) {
    const std::string url = config.origin.text() + "/ready";
    const auto document = fetch_document(url);
    if (!document) return wrong("server", document.error());
    return good("server", fmt::format("{} answers", url));
}

// Browsers look for these documents at the RP ID's host, at the scheme's own port; only for
// localhost the port is the origin's.
std::string well_known(const Config& config, std::string_view name) {
    WebOrigin host = config.origin;
    if (host.host != config.rp_id) {
        host.host = config.rp_id;
        host.port = host.scheme == "https" ? 443 : config.origin.port;
    }
    return fmt::format("{}/.well-known/{}", host.text(), name);
}

Finding examine_endpoints(const Config& config) {
    const std::string url = well_known(config, "passkey-endpoints");
    const auto document = fetch_document(url);
    if (!document) return wrong("passkey endpoints", document.error());
    if (document->find_string("enroll") == nullptr) {
        return wrong(
            "passkey endpoints",
            {fmt::format("{} is another one's document", url), "pass this path on to Latchkey"}
        );
    }
    return good("passkey endpoints", fmt::format("{} is there", url));
}

Finding examine_related(const Config& config) {
    const std::string url = well_known(config, "webauthn");
    const auto document = fetch_document(url);
    if (!document) return wrong("related origins", document.error());
    const json::Value* listed = document->find("origins");
    std::vector<std::string> missing;
    for (const std::string& origin : config.related_origins) {
        const json::Array* all = listed == nullptr ? nullptr : listed->as_array();
        const bool is_listed =
            all != nullptr && std::ranges::find(*all, json::Value(origin)) != all->end();
        if (!is_listed) missing.push_back(origin);
    }
    if (missing.empty()) return good("related origins", fmt::format("{} lists them all", url));
    return wrong(
        "related origins",
        {fmt::format("{} lacks {}", url, fmt::join(missing, ", ")),
         "restart the server if its configuration is newer; or pass this path on to Latchkey"}
    );
}

Finding examine_smtp(const Config& config) {
    const SystemClock clock;
    outbound::SmtpMailer mailer(smtp_options(config.smtp), clock);
    const std::string server = fmt::format("{}:{}", config.smtp.host, config.smtp.port);
    if (const auto problem = mailer.check()) {
        return wrong(
            "mail server",
            {fmt::format("{}: {}", server, *problem),
             "look at smtp.url, smtp.user, the password and smtp.ca_file"}
        );
    }
    const bool has_user = !config.smtp.user.empty();
    return good(
        "mail server", fmt::format("{} answers{}", server, has_user ? " and knows us" : "")
    );
}

/// Asks the gateway for what sends nothing.
Finding examine_sms(const Config& config) {
    const outbound::TextGatewayOptions& options = config.sms.gateway;
    const auto gateway = outbound::make_text_gateway({
        .provider = options.provider,
        .url = options.url,
        .user = options.user,
        .password = options.password.clone(),
        .from = options.from,
        .ca_file = options.ca_file,
    });
    if (const auto problem = gateway->check()) {
        return wrong(
            "text messages",
            {fmt::format("{}: {}", options.url, *problem),
             "look at sms.provider, sms.url, sms.user and the password"}
        );
    }
    return good("text messages", fmt::format("{} answers and knows us", options.url));
}

/// Asks for the provider's metadata as the server does.
Finding examine_provider(const pages::ConfiguredProvider& configured) {
    const oidc::Provider& provider = configured.provider;
    const std::string subject = fmt::format("provider {}", provider.name);
    outbound::HttpsRequest request;
    request.url = oidc::discovery_url(provider);
    request.reach = configured.reach;
    request.ca_file = configured.ca_file;
    const std::string url = request.url;
    std::promise<outbound::HttpsReply> promise;
    auto coming = promise.get_future();
    outbound::HttpsClient client;
    client.send(std::move(request), [&promise](outbound::HttpsReply reply) {
        promise.set_value(std::move(reply));
    });
    const outbound::HttpsReply reply = coming.get();
    if (reply.status == 0) {
        return wrong(
            subject,
            {fmt::format("{}: {}", url, reply.error),
             "look at its issuer, network and ca_file, and at the way out of this machine"}
        );
    }
    if (reply.status != 200 || !oidc::parse_metadata(reply.body, provider)) {
        return wrong(
            subject,
            {fmt::format("{} (status {}) is no metadata of {}", url, reply.status, provider.issuer),
             "write the issuer exactly as the provider does"}
        );
    }
    return good(subject, fmt::format("{} describes itself", provider.issuer));
}

}  // namespace

std::vector<Finding> examine(const Config& config) {
    std::vector<Finding> findings{
        examine_names(config),
        examine_data(config),
        examine_disk(config),
        examine_key(config),
        examine_tls(config),
        examine_clock(),
        examine_database(config),
        examine_rows(config),
        examine_server(config),
        examine_endpoints(config),
    };
    if (!config.related_origins.empty()) findings.push_back(examine_related(config));
    if (!config.metadata.file.empty()) findings.push_back(examine_metadata(config));
    findings.push_back(examine_smtp(config));
    if (config.sms.is_on) findings.push_back(examine_sms(config));
    for (const auto& provider : config.providers) {
        findings.push_back(examine_provider(provider));
    }
    return findings;
}

}  // namespace latchkey::app
