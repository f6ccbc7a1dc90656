// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "accounts/codes.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "crypto/system_random.hpp"
#include "http/server.hpp"
#include "pages/ceremonies.hpp"
#include "pages/site.hpp"
#include "pages/visit.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/authenticator.hpp"
#include "support/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <openssl/evp.h>

/// Passkey sign-ins through HTTP, durable on SQLite in a folder on disk, against bare ES256
/// verifications in the same run; by CPU time. The load is a software authenticator with responses
/// made before, on connections that are kept; its own thread's CPU time is not the server's.
namespace latchkey::bench {
namespace {

constexpr std::size_t accounts_at_most = 1'000;
constexpr std::size_t sign_ins = 4'000;
constexpr std::size_t in_flight = 64;
constexpr int bare_verifications = 4'000;
constexpr std::string_view origin = "http://localhost:8080";
constexpr double finish_aim = 0.60;

/// Some day of 2026, and goes on from there.
class BenchClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override {
        constexpr TimePoint day{std::chrono::milliseconds(1'795'372'440'000)};
        return day + std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - start_);
    }

    [[nodiscard]] SteadyPoint steady_now() const override {
        return std::chrono::steady_clock::now();
    }

private:
    SteadyPoint start_ = std::chrono::steady_clock::now();
};

double cpu_microseconds(clockid_t whose) {
    timespec spent{};
    clock_gettime(whose, &spent);
    return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

/// What the process spends without the calling thread: the server.
double server_cpu_microseconds() {
    return cpu_microseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_microseconds(CLOCK_THREAD_CPUTIME_ID);
}

std::unique_ptr<store::Store> open_store(const std::filesystem::path& folder, const Clock& clock) {
    auto opened = store::SqliteStore::open({.path = folder / "latchkey.db", .clock = &clock});
    if (opened) return std::move(*opened);
    std::printf("cannot open the database: %s\n", opened.error().what.c_str());
    std::exit(2);
}

std::vector<crypto::Sealer::Key> sealing_keys() {
    std::vector<crypto::Sealer::Key> keys;
    keys.push_back({.id = 1, .key = SecretKey(std::array<std::byte, 32>{})});
    return keys;
}

/// A whole server in this process.
class Server {
public:
    explicit Server(const std::filesystem::path& folder) : store_(open_store(folder, clock_)) {
        pages::add_routes(router_, services_);
        auto created = http::Server::create(
            {
                .listen = "127.0.0.1:0",
                .hosts = {"localhost:8080"},
                .threads = 1,
                .on_error = [this](
                                int status, const http::Request& request
                            ) { return pages::error_page(services_, request, status); },
            },
            router_,
            *store_,
            clock_,
            random_
        );
        LATCHKEY_ASSERT(created);
        server_ = std::move(*created);
        thread_ = std::thread([this] { server_->run(); });
    }

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;

    ~Server() {
        server_->stop();
        thread_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

    store::Store& store() { return *store_; }

    Random& random() { return random_; }

private:
    BenchClock clock_;
    crypto::SystemRandom random_;
    std::unique_ptr<store::Store> store_;
    pages::Site site_{
        .origin = std::string(origin),
        .rp_id = "localhost",
        .brand = {.name = "Example", .support = ""}
    };
    std::unique_ptr<pages::Renderer> renderer_ =
        std::move(pages::Renderer::create(site_.brand)).value();
    crypto::Sealer sealer_{sealing_keys()};
    SecretKey pepper_;
    pages::Ceremonies ceremonies_{sealer_, clock_, random_};
    pages::Services services_{
        .site = site_,
        .store = *store_,
        .clock = clock_,
        .random = random_,
        .renderer = *renderer_,
        .sealer = sealer_,
        .pepper = pepper_,
        .ceremonies = ceremonies_,
        .mail_queued = [] {},
        .log = [](const pages::LogEntry&) {},
    };
    http::Router router_;
    std::unique_ptr<http::Server> server_;
    std::thread thread_;
};

Bytes handle_of(std::size_t number) {
    Bytes handle(64);
    for (std::size_t i = 0; i < sizeof number; ++i) {
        handle[i] = static_cast<std::byte>(number >> (8 * i));
    }
    return handle;
}

/// Puts an account with one passkey of `authenticator` into the database, as sign-ups do.
void add_account(Server& server, test::SoftwareAuthenticator& authenticator, std::size_t number) {
    const webauthn::RelyingParty party{
        .id = webauthn::RpId("localhost"),
        .name = "Example",
        .origins = {webauthn::Origin(std::string(origin))}
    };
    const webauthn::RegistrationCeremony ceremony{
        .challenge = webauthn::Challenge(Bytes(32)),
        .user_handle = webauthn::UserHandle(handle_of(number)),
    };
    const webauthn::RegistrationPolicy policy;
    const std::string email = "p" + std::to_string(number) + "@example.com";
    const auto response = webauthn::parse_registration_response(
        authenticator
            .create(
                webauthn::issue_registration(
                    party, policy, ceremony, {.name = email, .display_name = email}, {}
                ),
                origin
            )
            .value()
    );
    const TimePoint now = BenchClock().now();
    auto verified =
        webauthn::Verifier().verify_registration(party, policy, ceremony, *response, now);
    LATCHKEY_ASSERT(verified);
    const accounts::AccountId account(server.store().next_id());
    std::promise<store::CommitResult> promise;
    auto result = promise.get_future();
    server.store().commit(
        {.operation = server.random().bytes<16>(),
         .changes =
             {accounts::CreateAccount{{
                  .id = account,
                  .public_id = accounts::PublicId("a" + std::to_string(number)),
                  .user_handle = ceremony.user_handle,
                  .email = *accounts::EmailAddress::parse(email),
                  .created_at = now,
                  .version = 1,
                  .factors = 1,
              }},
              accounts::AddPasskey{{
                  .id = accounts::PasskeyId(server.store().next_id()),
                  .public_id = accounts::PublicId("p" + std::to_string(number)),
                  .account = account,
                  .record = std::move(verified->credential),
                  .created_at = now,
              }}}},
        [&promise](store::CommitResult made) { promise.set_value(std::move(made)); }
    );
    LATCHKEY_ASSERT(std::holds_alternative<store::Committed>(result.get()));
}

/// The requests of a browser that came to the sign-in page often enough.
class Load {
public:
    explicit Load(Server& server) : server_(server), client_(server.port(), "localhost:8080") {
        client_.default_headers = {{"accept", "application/json"}};
        for (std::size_t i = 0; i < accounts_at_most; ++i) {
            devices_.emplace_back(test::AuthenticatorOptions{.seed = i + 1});
            add_account(server, devices_.back(), i);
        }
    }

    /// Fetches `count` challenges and signs them. Returns the server's time for one challenge.
    double prepare(std::size_t count) {
        requests_.clear();
        double spent = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double start = server_cpu_microseconds();
            const auto page = client_.get("/sign-in");
            spent += server_cpu_microseconds() - start;
            const auto model = json::parse(page.body);
            LATCHKEY_ASSERT(model);
            auto& device = devices_[i % devices_.size()];
            const auto response = device.get(*model->find_string("options"), origin);
            requests_.push_back(message(test::encode_form(
                {{"csrf", *model->find_string("csrf")},
                 {"ceremony", *model->find_string("ceremony")},
                 {"response", response.value()}}
            )));
        }
        return spent / static_cast<double>(count);
    }

    /// Sends them all, `in_flight` at a time. Returns the server's time for one.
    double finish_all() {
        std::vector<std::unique_ptr<test::RawConnection>> connections;
        for (std::size_t i = 0; i < in_flight; ++i) {
            connections.push_back(std::make_unique<test::RawConnection>(server_.port()));
        }
        const double start = server_cpu_microseconds();
        for (std::size_t i = 0; i < requests_.size() + in_flight; ++i) {
            auto& connection = *connections[i % in_flight];
            if (i >= in_flight) check(connection.read_response());
            if (i < requests_.size()) connection.send(requests_[i]);
        }
        return (server_cpu_microseconds() - start) / static_cast<double>(requests_.size());
    }

    /// Sends them at a fixed rate whatever comes back. The milliseconds from when each was due to
    /// its answer, shortest first.
    std::vector<double> finish_at(std::chrono::microseconds every) {
        constexpr std::size_t senders = 32;
        std::vector<double> milliseconds(requests_.size());
        const auto begin = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
        {
            std::vector<std::jthread> threads;
            for (std::size_t sender = 0; sender < senders; ++sender) {
                threads.emplace_back([&, sender] {
                    test::RawConnection connection(server_.port());
                    for (std::size_t i = sender; i < requests_.size(); i += senders) {
                        const auto due = begin + every * i;
                        std::this_thread::sleep_until(due);
                        connection.send(requests_[i]);
                        check(connection.read_response());
                        milliseconds[i] = std::chrono::duration<double, std::milli>(
                                              std::chrono::steady_clock::now() - due
                        )
                                              .count();
                    }
                });
            }
        }
        std::ranges::sort(milliseconds);
        return milliseconds;
    }

private:
    static void check(const std::optional<test::HttpResponse>& response) {
        LATCHKEY_ASSERT(response && response->status == 200);
    }

    [[nodiscard]] std::string message(const std::string& form) const {
        return "POST /sign-in/passkey HTTP/1.1\r\nHost: localhost:8080\r\n"
               "Accept: application/json\r\nOrigin: http://localhost:8080\r\n"
               "Sec-Fetch-Site: same-origin\r\nUser-Agent: Mozilla/5.0 Chrome/130.0.0.0\r\n"
               "Content-Type: application/x-www-form-urlencoded\r\nCookie: "
               "__Host-latchkey_browser=" +
               *client_.cookie("__Host-latchkey_browser") +
               "\r\nContent-Length: " + std::to_string(form.size()) + "\r\n\r\n" + form;
    }

    Server& server_;
    test::HttpClient client_;
    std::vector<test::SoftwareAuthenticator> devices_;
    std::vector<std::string> requests_;
};

/// One bare verification with a prepared key and context, of this thread's CPU time.
double bare_microseconds() {
    const auto key = test::PrivateKey::make(webauthn::CoseAlgorithm::es256, 7);
    const Bytes message(69, std::byte{1});
    const Bytes signature = key.sign(message);
    const auto digest = crypto::sha256(ByteView(message));
    const crypto::Owned<EVP_PKEY_CTX> context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, key.handle(), nullptr)
    );
    crypto::require(EVP_PKEY_verify_init(context.get()));
    const double start = cpu_microseconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < bare_verifications; ++i) {
        LATCHKEY_ASSERT(
            EVP_PKEY_verify(
                context.get(),
                crypto::octets(signature),
                signature.size(),
                crypto::octets(digest),
                digest.size()
            ) == 1
        );
    }
    return (cpu_microseconds(CLOCK_THREAD_CPUTIME_ID) - start) / bare_verifications;
}

int run(const std::filesystem::path& folder) {
    Server server(folder);
    Load load(server);
    load.prepare(200);
    load.finish_all();  // warm: prepared statements, the log of the database at its size

    const double bare_before = bare_microseconds();
    const double options = load.prepare(sign_ins);
    const double finish = load.finish_all();
    const double bare = (bare_before + bare_microseconds()) / 2;
    std::printf("bare ES256 verification      %7.1f us of CPU\n", bare);
    std::printf(
        "passkey sign-in, finish      %7.1f us of CPU: %.2f of bare\n", finish, bare / finish
    );
    std::printf(
        "options + finish             %7.1f us of CPU: %.2f of bare\n",
        options + finish,
        bare / (options + finish)
    );
    load.prepare(3'000);
    const auto milliseconds = load.finish_at(std::chrono::microseconds(1'000));
    std::printf(
        "1,000 sign-ins a second      p50 %.2f ms, p99 %.2f ms (aim 1 and 10)\n",
        milliseconds[milliseconds.size() / 2],
        milliseconds[milliseconds.size() * 99 / 100]
    );
    const bool is_met = bare / finish >= finish_aim;
    std::printf(
        "sign_ins: %s: finish is %.2f of bare verifications (aim %.2f)\n",
        is_met ? "met" : "MISSED",
        bare / finish,
        finish_aim
    );
    return is_met ? 0 : 1;
}

}  // namespace
}  // namespace latchkey::bench

int main() {
    std::string folder = "/var/tmp/latchkey-bench-XXXXXX";  // on a disk: /tmp may be memory
    if (::mkdtemp(folder.data()) == nullptr) return 2;
    const int status = latchkey::bench::run(folder);
    std::filesystem::remove_all(folder);
    return status;
}
