// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/wiring.hpp"

#include "accounts/types.hpp"
#include "app/config.hpp"
#include "app/control_commands.hpp"
#include "app/control_socket.hpp"
#include "app/demo_mailbox.hpp"
#include "app/descriptor_limit.hpp"
#include "app/jobs.hpp"
#include "app/keyring.hpp"
#include "app/log.hpp"
#include "app/log_lines.hpp"
#include "app/metadata_file.hpp"
#include "app/metrics.hpp"
#include "app/metrics_listener.hpp"
#include "app/origin.hpp"
#include "app/row_alarm.hpp"
#include "app/service_manager.hpp"
#include "app/start_checks.hpp"
#include "app/store_jobs.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/once.hpp"
#include "base/try.hpp"
#include "crypto/seal.hpp"
#include "crypto/system_random.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/tls_files.hpp"
#include "latchkey/result.hpp"
#include "outbound/https_client.hpp"
#include "outbound/mailer.hpp"
#include "outbound/outbox.hpp"
#include "outbound/smtp_mailer.hpp"
#include "outbound/text_gateway.hpp"
#include "pages/ceremonies.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/providers.hpp"
#include "pages/render.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"
#include "store/row_macs.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

pages::Site site_of(const Config& config) {
    return {
        .origin = config.origin.text(),
        .rp_id = config.rp_id,
        .related_origins = config.related_origins,
        .return_to = config.return_to,
        .sign_up = config.sign_up,
        .recovery = config.recovery,
        .counter_rule = config.passkeys.counter_rule,
        .text_messages = config.sms.is_on ? std::optional(config.sms.policy) : std::nullopt,
        .brand = config.brand,
    };
}

std::unique_ptr<outbound::Mailer> make_mailer(
    const SmtpConfig& smtp, MailRoute route, const Clock& clock
) {
    if (route == MailRoute::demo_mailbox) return std::make_unique<DemoMailbox>(clock);
    return std::make_unique<outbound::SmtpMailer>(smtp_options(smtp), clock);
}

}  // namespace

outbound::SmtpOptions smtp_options(const SmtpConfig& smtp) {
    return {
        .host = smtp.host,
        .port = smtp.port,
        .security = smtp.security,
        .user = smtp.user,
        .password = smtp.password.clone(),
        .from = smtp.from,
        .ca_file = smtp.ca_file,
        .ehlo = smtp.ehlo,
    };
}

/// Everything that runs, in the order of its lifetime: each member uses those above it.
struct Application::Parts {
    Parts(Config given, Log& used_log, const Clock& used_clock)
        : config(std::move(given)), log(used_log), clock(used_clock) {}

    Result<void, Wrong> open(StartOptions options);
    void make_text_outbox(const crypto::Sealer& sealed_by);
    void make_pages(const crypto::Sealer& sealed_by);
    Result<void, Wrong> make_server(MailRoute mail);
    void reload_tls(http::TlsReload when);
    void tell_service_manager(std::string_view state);
    Result<void, Wrong> start_threads();
    [[nodiscard]] std::vector<Job> jobs();

    Config config;
    Log& log;
    const Clock& clock;
    crypto::SystemRandom random;
    Metrics metrics;

    RowAlarm row_alarm{log};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<Keyring> keyring;

    std::unique_ptr<outbound::Mailer> mailer;
    std::optional<outbound::Outbox> outbox;
    std::optional<outbound::OutboxWorker> outbox_worker;
    std::unique_ptr<outbound::TextGateway> text_gateway;
    std::optional<outbound::Outbox> text_outbox;
    std::optional<outbound::OutboxWorker> text_outbox_worker;

    pages::Site site;
    std::unique_ptr<pages::Renderer> renderer;
    std::optional<pages::Ceremonies> ceremonies;
    std::optional<pages::PasskeyPolicy> passkey_policy;
    std::optional<MetadataFile> metadata_file;
    std::optional<pages::Ceremonies> upstream_states;
    std::optional<pages::Providers> providers;
    std::optional<pages::Services> services;

    http::Router router;
    std::optional<outbound::HttpsClient> https;
    std::unique_ptr<http::Server> server;

    std::optional<Schedule> schedule;
    std::optional<JobThread> job_thread;
    std::unique_ptr<ControlSocket> control;
    std::unique_ptr<MetricsListener> metrics_listener;  // null: no metrics
};

Result<void, Wrong> Application::Parts::open(StartOptions options) {
    store =
        TRY(open_store(config, clock, [this](const store::RefusedRow& row) { row_alarm.note(row); })
        );
    TRY(check_clock(*store, clock.now(), options.clock_trust));
    TRY(check_rp_id(config, *store));
    keyring = TRY(Keyring::open(
        {.key_file = config.key_file, .store = *store, .clock = clock, .random = random}
    ));
    const crypto::Sealer& sealed_by = keyring->sealer();

    mailer = make_mailer(config.smtp, options.mail, clock);
    outbox.emplace(outbound::Outbox::Parts{
        .store = *store,
        .channel = accounts::Channel::mail,
        .deliver = outbound::mail_delivery(sealed_by, *mailer),
        .clock = clock,
        .random = random,
        .report =
            [this](const outbound::OutboxReport& report) {
                metrics.count_message("mail", report);
                log_mail(log, "mail", report);
            },
    });
    if (config.sms.is_on) make_text_outbox(sealed_by);

    auto made = pages::Renderer::create(config.brand);
    if (!made) return Fail{Wrong{made.error().what, "this is a fault of the build: report it"}};
    renderer = std::move(made).value();
    make_pages(sealed_by);
    return {};
}

void Application::Parts::make_text_outbox(const crypto::Sealer& sealed_by) {
    text_gateway = outbound::make_text_gateway(std::move(config.sms.gateway));
    text_outbox.emplace(outbound::Outbox::Parts{
        .store = *store,
        .channel = accounts::Channel::text_message,
        .deliver = outbound::text_delivery(sealed_by, *text_gateway),
        .clock = clock,
        .random = random,
        .report =
            [this](const outbound::OutboxReport& report) {
                metrics.count_message("text_message", report);
                log_mail(log, "text_message", report);
            },
    });
}

void Application::Parts::make_pages(const crypto::Sealer& sealed_by) {
    site = site_of(config);
    ceremonies.emplace(sealed_by, clock, random);
    passkey_policy.emplace(config.passkeys.policy);
    metadata_file.emplace(MetadataFile::Parts{
        .config = config.metadata,
        .store = *store,
        .policy = *passkey_policy,
        .log = log,
        .clock = clock,
    });
    metadata_file->refresh();
    upstream_states.emplace(sealed_by, clock, random, pages::upstream_state_kind);
    providers.emplace(std::move(config.providers), clock);
    services.emplace(pages::Services{
        .site = site,
        .store = *store,
        .clock = clock,
        .random = random,
        .renderer = *renderer,
        .sealer = sealed_by,
        .pepper = keyring->pepper(),
        .ceremonies = *ceremonies,
        .upstream_states = *upstream_states,
        .providers = *providers,
        .mail_queued =
            [this] {
                outbox_worker->notify();
                if (text_outbox_worker) text_outbox_worker->notify();
            },
        .log =
            [this](const pages::LogEntry& entry) {
                metrics.count_refusal(entry);
                log_entry(log, entry);
            },
        .passkey_policy = *passkey_policy,
    });
    pages::add_routes(router, *services);
}

Result<void, Wrong> Application::Parts::make_server(MailRoute mail) {
    std::vector<std::pair<std::string, std::string>> redirects;
    if (mail == MailRoute::demo_mailbox) {
        static_cast<const DemoMailbox&>(*mailer).add_route(router, *renderer);
        // An IP address is no RP ID: who came by one is sent to the name.
        for (const std::string_view host : {"127.0.0.1", "[::1]"}) {
            redirects.emplace_back(
                fmt::format("{}:{}", host, config.origin.port), config.origin.text()
            );
        }
    }
    const http::ServerLimits standard;
    const std::size_t connections = TRY(fit_connections(standard.connections));
    if (connections < standard.connections) {
        log.write(
            LogLevel::warning,
            "few_descriptors",
            {{"connections", static_cast<std::int64_t>(connections)},
             {"reason",
              "the limit of open files is too low for more; raise it (systemd: LimitNOFILE=)"}}
        );
    }
    https.emplace();
    auto made = http::Server::create(
        {
            .listen = config.listen,
            .tls = config.tls,
            .hosts = {config.origin.authority()},
            .redirect_hosts = std::move(redirects),
            .trusted_proxies = config.trusted_proxies,
            .hsts = config.origin.scheme == "https",
            .threads = config.threads,
            .limits = {.connections = connections},
            .on_access =
                [this](const http::Access& access) {
                    metrics.count_request(access);
                    log_access(log, access);
                },
            .call = [this](
                        outbound::HttpsRequest request, Once<void(outbound::HttpsReply)> done
                    ) { https->send(std::move(request), std::move(done)); },
            .watch_commit = [this](const store::Commit& commit) { return metrics.watch(commit); },
            .on_error = [this](
                            int status, const http::Request& request
                        ) { return pages::error_page(*services, request, status); },
        },
        router,
        *store,
        clock,
        random
    );
    if (!made) return Fail{Wrong{made.error().what, ""}};
    server = std::move(made).value();
    return {};
}

void Application::Parts::reload_tls(http::TlsReload when) {
    const auto reloaded = server->reload_tls(when);
    if (!reloaded) {
        log.write(LogLevel::error, "tls_not_reloaded", {{"reason", reloaded.error().what}});
    } else if (*reloaded == http::TlsReloaded::yes) {
        log.write(LogLevel::info, "tls_reloaded");
    }
}

void Application::Parts::tell_service_manager(std::string_view state) {
    const auto problem = app::tell_service_manager(state);
    if (problem) log.write(LogLevel::warning, "service_manager_not_told", {{"reason", *problem}});
}

std::vector<Job> Application::Parts::jobs() {
    LATCHKEY_ASSERT(services.has_value());
    std::vector<Job> all = store_jobs({*services, *keyring, log});
    all.push_back({
        .name = "row_alarm",
        .every = std::chrono::seconds(5),
        .run = [this] { row_alarm.write_events(*store, clock, random); },
    });
    all.push_back({
        .name = "metadata",
        .every = std::chrono::seconds(60),
        .run = [this] { metadata_file->refresh(); },
    });
    all.push_back({
        .name = "tls_files",
        .every = std::chrono::seconds(10),
        .run = [this] { reload_tls(http::TlsReload::if_changed); },
    });
    return all;
}

// Last, when nothing can refuse any more: what runs by itself.
Result<void, Wrong> Application::Parts::start_threads() {
    control = TRY(ControlSocket::open(
        control_socket_path(config.data),
        [this](const json::Value& request) {
            const std::string* command = request.find_string("command");
            log.write(LogLevel::info, "command", {{"command", command == nullptr ? "" : *command}});
            return answer_command({*store, clock, random, *keyring, &*services}, request);
        }
    ));
    metrics_listener = TRY(MetricsListener::open(
        config.metrics_listen,
        {.metrics = metrics, .store = *store, .clock = clock, .random = random}
    ));
    LATCHKEY_ASSERT(outbox.has_value());
    outbox_worker.emplace(*outbox);
    if (text_outbox) text_outbox_worker.emplace(*text_outbox);
    schedule.emplace(jobs(), [this](const Job& job, int code) {
        log.write(LogLevel::error, "job_failed", {{"job", job.name}, {"code", code}});
    });
    job_thread.emplace(*schedule, clock);
    return {};
}

Result<std::unique_ptr<Application>, Wrong> Application::create(
    Config config, StartOptions options, Log& log, const Clock& clock
) {
    auto parts = std::make_unique<Parts>(std::move(config), log, clock);
    TRY(parts->open(options));
    TRY(parts->make_server(options.mail));
    TRY(parts->start_threads());
    return std::make_unique<Application>(std::move(parts));
}

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Application::~Application() = default;

void Application::run() {
    parts_->log.write(
        LogLevel::info,
        "listening",
        {{"origin", parts_->site.origin}, {"listen", parts_->config.listen}, {"port", port()}}
    );
    parts_->tell_service_manager("READY=1");  // the socket is open: who comes now waits in it
    parts_->server->run();
    parts_->row_alarm.write_events(*parts_->store, parts_->clock, parts_->random);
    parts_->log.write(LogLevel::info, "stopped");
}

void Application::stop() {
    parts_->tell_service_manager("STOPPING=1");
    parts_->server->stop();
}

void Application::reload() {
    parts_->reload_tls(http::TlsReload::always);
}

std::uint16_t Application::port() const {
    return parts_->server->port();
}

const Config& Application::config() const {
    return parts_->config;
}

}  // namespace latchkey::app
