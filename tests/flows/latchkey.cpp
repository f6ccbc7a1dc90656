// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/latchkey.hpp"

#include "accounts/policy.hpp"
#include "accounts/types.hpp"
#include "app/keyring.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/once.hpp"
#include "base/random.hpp"
#include "crypto/system_random.hpp"
#include "http/address.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "outbound/https_client.hpp"
#include "outbound/mail.hpp"
#include "outbound/text_message.hpp"
#include "pages/brand.hpp"
#include "pages/ceremonies.hpp"
#include "pages/passkey_policy.hpp"
#include "pages/providers.hpp"
#include "pages/render.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/commit.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/fixed_clock.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <stdlib.h>

namespace latchkey::test {
namespace {

std::filesystem::path make_folder() {
    std::string path = (std::filesystem::temp_directory_path() / "latchkey-flows-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return path;
}

std::unique_ptr<store::Store> open_store(
    const std::filesystem::path& folder, const Clock& clock, const LatchkeyOptions& options
) {
    auto opened = store::SqliteStore::open({
        .path = folder / "latchkey.db",
        .clock = &clock,
        .queue_limit = options.commit_queue,
    });
    if (!opened) throw std::runtime_error(opened.error().what);
    auto store = std::move(*opened);
    return options.wrap_store ? options.wrap_store(std::move(store)) : std::move(store);
}

std::unique_ptr<app::Keyring> open_keyring(
    const std::filesystem::path& folder, store::Store& store, const Clock& clock, Random& random
) {
    auto opened = app::Keyring::open(
        {.key_file = folder / "key", .store = store, .clock = clock, .random = random}
    );
    if (!opened) throw std::runtime_error(opened.error().what);
    return std::move(opened).value();
}

std::unique_ptr<Random> make_random(const LatchkeyOptions& options) {
    std::unique_ptr<Random> random = std::make_unique<crypto::SystemRandom>();
    return options.wrap_random ? options.wrap_random(std::move(random)) : std::move(random);
}

std::unique_ptr<pages::Renderer> make_renderer(const pages::Brand& brand) {
    auto created = pages::Renderer::create(brand);
    if (!created) throw std::runtime_error(created.error().what);
    return std::move(*created);
}

pages::Site make_site(const LatchkeyOptions& options) {
    return {
        .origin = std::string(flow_origin),
        .rp_id = "localhost",
        .related_origins = options.related_origins,
        .return_to = {std::string(flow_app)},
        .sign_up = options.sign_up,
        .recovery = options.recovery,
        .counter_rule = options.counter_rule,
        .text_messages = options.text_messages,
        .brand = {.name = "Example", .support = "help@example.com"},
    };
}

}  // namespace

/// Everything that dies with the process, in the order of its lifetime.
struct Latchkey::Process {
    Process(
        const std::filesystem::path& folder, const FixedClock& clock, const LatchkeyOptions& options
    )
        : site(make_site(options)),
          random(make_random(options)),
          store(open_store(folder, clock, options)),
          renderer(make_renderer(site.brand)),
          keyring(open_keyring(folder, *store, clock, *random)),
          ceremonies(keyring->sealer(), clock, *random),
          passkey_policy(options.passkeys),
          upstream_states(keyring->sealer(), clock, *random, pages::upstream_state_kind),
          providers(
              options.providers ? options.providers() : std::vector<pages::ConfiguredProvider>(),
              clock
          ),
          services{
              .site = site,
              .store = *store,
              .clock = clock,
              .random = *random,
              .renderer = *renderer,
              .sealer = keyring->sealer(),
              .pepper = keyring->pepper(),
              .ceremonies = ceremonies,
              .upstream_states = upstream_states,
              .providers = providers,
              .mail_queued = [] {},
              .log =
                  [this](const pages::LogEntry& entry) {
                      write_log({
                          {"event", entry.event},
                          {"request_id", entry.request_id},
                          {"reason", entry.reason},
                      });
                  },
              .passkey_policy = passkey_policy,
          } {
        pages::add_routes(router, services);
        auto created = http::Server::create(
            {
                .listen = "127.0.0.1:0",
                .hosts = {"localhost:8080"},
                .trusted_proxies = {*http::AddressRange::parse("127.0.0.1")},
                .threads = options.threads,
                .on_access =
                    [this](const http::Access& access) {
                        write_log({
                            {"event", "request"},
                            {"request_id", access.request_id},
                            {"method", access.method},
                            {"path", access.path},
                            {"status", access.status},
                            {"network", access.network},
                            {"reason", access.note},
                        });
                    },
                .call = [this](
                            outbound::HttpsRequest request, Once<void(outbound::HttpsReply)> done
                        ) { https.send(std::move(request), std::move(done)); },
                .on_error = [this](
                                int status, const http::Request& request
                            ) { return pages::error_page(services, request, status); },
            },
            router,
            *store,
            clock,
            *random
        );
        if (!created) throw std::runtime_error(created.error().what);
        server = std::move(*created);
        thread = std::thread([this] { server->run(); });
    }

    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&&) = delete;
    Process& operator=(Process&&) = delete;

    ~Process() {
        server->stop();
        thread.join();
    }

    void write_log(std::initializer_list<json::Member> members) {
        const std::string line = json::write(json::object(members));
        {
            const std::scoped_lock lock(mutex);
            log += line + "\n";
        }
        logged.notify_all();
    }

    pages::Site site;
    std::unique_ptr<Random> random;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<pages::Renderer> renderer;
    std::unique_ptr<app::Keyring> keyring;
    pages::Ceremonies ceremonies;
    pages::PasskeyPolicy passkey_policy;
    pages::Ceremonies upstream_states;
    pages::Providers providers;
    std::mutex mutex;
    std::condition_variable logged;
    std::string log;  // guarded by mutex
    pages::Services services;
    http::Router router;
    outbound::HttpsClient https;
    std::unique_ptr<http::Server> server;
    std::thread thread;
};

Latchkey::Latchkey(LatchkeyOptions options)
    : options_(std::move(options)),
      folder_(make_folder()),
      process_(std::make_unique<Process>(folder_, clock, options_)) {}

Latchkey::~Latchkey() {
    process_.reset();
    std::filesystem::remove_all(folder_);
}

std::uint16_t Latchkey::port() const {
    return process_->server->port();
}

const pages::Services& Latchkey::services() const {
    return process_->services;
}

store::Store& Latchkey::store() {
    return *process_->store;
}

app::Keyring& Latchkey::keyring() {
    return *process_->keyring;
}

void Latchkey::restart() {
    log_before_ = log();
    process_.reset();
    process_ = std::make_unique<Process>(folder_, clock, options_);
}

void Latchkey::collect_mails() {
    constexpr auto channel = accounts::Channel::mail;
    for (auto due = store().due_mails(channel, clock.now(), 100); !due.empty();
         due = store().due_mails(channel, clock.now(), 100)) {
        for (const store::QueuedMail& queued : due) {
            auto mail = outbound::open(queued.sealed, queued.id, services().sealer);
            REQUIRE(mail);
            if (clock.now() < queued.expires_at) mails_.push_back(std::move(*mail));
            store().finish_mail(queued.id);
        }
    }
}

std::vector<outbound::Mail> Latchkey::mails_to(std::string_view address) {
    collect_mails();
    std::vector<outbound::Mail> found;
    std::ranges::copy_if(mails_, std::back_inserter(found), [address](const auto& mail) {
        return mail.to == address;
    });
    return found;
}

std::size_t Latchkey::times_told(std::string_view address, std::string_view subject) {
    return static_cast<std::size_t>(std::ranges::count_if(
        mails_to(address),
        [subject](const outbound::Mail& mail) {
            return mail.subject.find(subject) != std::string::npos;
        }
    ));
}

bool Latchkey::was_told(std::string_view address, std::string_view subject) {
    return times_told(address, subject) > 0;
}

void Latchkey::collect_texts() {
    constexpr auto channel = accounts::Channel::text_message;
    for (auto due = store().due_mails(channel, clock.now(), 100); !due.empty();
         due = store().due_mails(channel, clock.now(), 100)) {
        for (const store::QueuedMail& queued : due) {
            auto text = outbound::open_text_message(queued.sealed, queued.id, services().sealer);
            REQUIRE(text);
            if (clock.now() < queued.expires_at) texts_.push_back(std::move(*text));
            store().finish_mail(queued.id);
        }
    }
}

std::vector<outbound::TextMessage> Latchkey::texts_to(std::string_view number) {
    collect_texts();
    std::vector<outbound::TextMessage> found;
    std::ranges::copy_if(texts_, std::back_inserter(found), [number](const auto& text) {
        return text.to == number;
    });
    return found;
}

std::size_t Latchkey::count_texts() {
    collect_texts();
    return texts_.size();
}

std::string Latchkey::code_for(std::string_view address) {
    const auto mails = mails_to(address);
    REQUIRE_FALSE(mails.empty());
    // The subject begins with the code: "1234 5678 is your code …".
    std::string digits;
    for (const char character : mails.back().subject) {
        if (character >= '0' && character <= '9') digits += character;
        if (digits.size() == accounts::limits::email_code_digits) break;
    }
    REQUIRE(digits.size() == accounts::limits::email_code_digits);
    return digits;
}

std::string Latchkey::log() const {
    const std::scoped_lock lock(process_->mutex);
    return log_before_ + process_->log;
}

std::string Latchkey::log_with(std::string_view text) const {
    std::unique_lock lock(process_->mutex);
    const auto find = [&] { return process_->log.find(text) != std::string::npos; };
    const bool came = process_->logged.wait_for(lock, std::chrono::seconds(10), find);
    REQUIRE_MESSAGE(came, ("no line of the log came with " + std::string(text)));
    return log_before_ + process_->log;
}

void Latchkey::commit(std::vector<store::Change> changes) {
    std::promise<store::CommitResult> promise;
    auto result = promise.get_future();
    store().commit(
        {.operation = process_->random->bytes<16>(), .changes = std::move(changes)},
        [&promise](store::CommitResult made) { promise.set_value(std::move(made)); }
    );
    REQUIRE(std::holds_alternative<store::Committed>(result.get()));
}

}  // namespace latchkey::test
