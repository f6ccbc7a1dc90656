// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "bench/sign_in_load.hpp"

#include "app/config.hpp"
#include "app/key_file.hpp"
#include "app/origin.hpp"
#include "app/wiring.hpp"
#include "base/json.hpp"
#include "bench/cpu_time.hpp"
#include "bench/people.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "pages/cookies.hpp"
#include "support/authenticator.hpp"
#include "support/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sched.h>
#include <unistd.h>

namespace latchkey::bench {
namespace {

constexpr std::size_t in_flight = 64;
constexpr int bare_verifications = 4'000;
constexpr std::string_view origin = "http://localhost:8080";
constexpr std::string_view browser_cookie = "__Host-latchkey_browser";

/// What browsers send with every request.
constexpr std::string_view common_head =
    "Host: localhost:8080\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36\r\n"
    "Accept: application/json\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Sec-Fetch-Dest: empty\r\n";

app::Config config_of(const Folder& folder) {
    app::Config config = config_in(folder.path());
    config.origin = app::parse_web_origin(origin).value();
    config.rp_id = rp_id;
    config.listen = "127.0.0.1:0";
    config.brand = {.name = "Example", .support = ""};
    config.smtp.host = "127.0.0.1";  // no mail is sent
    return config;
}

/// What the process spends without the calling thread: the server.
double server_cpu_microseconds() {
    return cpu_microseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_microseconds(CLOCK_THREAD_CPUTIME_ID);
}

void check(const std::optional<test::HttpResponse>& response) {
    LATCHKEY_ASSERT(response && response->status == 200);
}

}  // namespace

void move_to(Processor processor) {
    static const auto allowed = [] {
        cpu_set_t all{};
        sched_getaffinity(0, sizeof all, &all);
        return all;
    }();
    std::vector<std::size_t> processors;
    for (std::size_t i = 0; i < CPU_SETSIZE; ++i) {
        if (CPU_ISSET(i, &allowed)) processors.push_back(i);
    }
    cpu_set_t one{};
    CPU_SET(processor == Processor::server ? processors.back() : processors.front(), &one);
    sched_setaffinity(0, sizeof one, &one);
}

Server::Server(std::size_t people)
    : people_(people),
      log_file_(
          ::open((folder_.path() / "latchkey.log").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)
      ) {
    put_database(folder_, people);
    move_to(Processor::server);
    log_.emplace(log_file_, app::LogLevel::info, clock_);
    auto created = app::Application::create(config_of(folder_), {}, *log_, clock_);
    if (!created) {
        std::printf("%s; %s\n", created.error().what.c_str(), created.error().mend.c_str());
        std::exit(2);
    }
    application_ = std::move(*created);
    const auto keys = app::load_key_file(config_of(folder_).key_file);
    LATCHKEY_ASSERT(keys);
    pepper_ = crypto::derive_key(keys->front().key, "pepper");
    thread_ = std::thread([this] { application_->run(); });
    move_to(Processor::load);
}

std::string Server::known_mark(std::size_t person, std::string_view browser) const {
    return pages::known_browser_mark(browser, address_of(person), pepper_);
}

Server::~Server() {
    application_->stop();
    thread_.join();
    application_.reset();
    log_.reset();
    ::close(log_file_);
}

Load::Load(const Server& server) : server_(server) {
    test::HttpClient client(server.port(), "localhost:8080");
    check(client.get("/sign-in", {{"accept", "application/json"}}));
    browser_ = *client.cookie(browser_cookie);
    for (std::size_t i = 0; i < in_flight; ++i) {
        connections_.push_back(std::make_unique<test::RawConnection>(server.port()));
    }
}

template <class OnResponse>
double Load::exchange(const std::vector<std::string>& requests, OnResponse on_response) {
    const double start = server_cpu_microseconds();
    for (std::size_t i = 0; i < requests.size() + in_flight; ++i) {
        auto& connection = *connections_[i % in_flight];
        if (i >= in_flight && i - in_flight < requests.size()) {
            const auto response = connection.read_response();
            check(response);
            on_response(*response);
        }
        if (i < requests.size()) connection.send(requests[i]);
    }
    return (server_cpu_microseconds() - start) / static_cast<double>(requests.size());
}

double Load::prepare(std::size_t count) {
    const std::string get = "GET /sign-in HTTP/1.1\r\n" + std::string(common_head) +
                            "Cookie: " + std::string(browser_cookie) + "=" + browser_ + "\r\n\r\n";
    std::vector<test::HttpResponse> pages;
    pages.reserve(count);
    const double page = exchange(std::vector<std::string>(count, get), [&](const auto& response) {
        pages.push_back(response);
    });
    prepared_.clear();
    for (const auto& fetched : pages) {
        // Neighbours in time are none in the database.
        chosen_ = chosen_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        prepared_.push_back(sign((chosen_ >> 33U) % server_.people(), fetched));
    }
    return page;
}

double Load::finish_all() {
    return exchange(prepared_, [](const auto&) {});
}

std::vector<double> Load::finish_at(std::chrono::microseconds every) {
    std::vector<double> milliseconds(prepared_.size());
    const auto begin = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
    {
        std::vector<std::jthread> threads;
        threads.reserve(in_flight);
        for (std::size_t sender = 0; sender < in_flight; ++sender) {
            threads.emplace_back([&, sender] {
                auto& connection = *connections_[sender];
                for (std::size_t i = sender; i < prepared_.size(); i += in_flight) {
                    const auto due = begin + every * i;
                    std::this_thread::sleep_until(due);
                    connection.send(prepared_[i]);
                    check(connection.read_response());
                    const std::chrono::duration<double, std::milli> took =
                        std::chrono::steady_clock::now() - due;
                    milliseconds[i] = took.count();
                }
            });
        }
    }
    std::ranges::sort(milliseconds);
    return milliseconds;
}

std::string Load::sign(std::size_t person, const test::HttpResponse& page) const {
    const auto model = json::parse(page.body);
    LATCHKEY_ASSERT(model);
    const auto options = json::parse(*model->find_string("options"));
    LATCHKEY_ASSERT(options);
    const test::AssertionDraft draft{
        .client =
            {.type = "webauthn.get",
             .challenge = *options->find_string("challenge"),
             .origin = std::string(origin)},
        .data =
            {.rp_id = rp_id,
             .flags = test::flag::up | test::flag::uv | test::flag::be | test::flag::bs,
             .credential_id = credential_of(person).value()},
        .key = key_of_all(),
        .user_handle = handle_of(person).value(),
    };
    const auto form = test::encode_form(
        {{"csrf", *model->find_string("csrf")},
         {"ceremony", *model->find_string("ceremony")},
         {"response", draft.finish().to_json()}}
    );
    return "POST /sign-in/passkey HTTP/1.1\r\n" + std::string(common_head) +
           "Origin: " + std::string(origin) +
           "\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: " +
           std::string(browser_cookie) + "=" + browser_ + "; " +
           std::string(pages::cookie_names::known) + "=" + server_.known_mark(person, browser_) +
           "\r\nContent-Length: " + std::to_string(form.size()) + "\r\n\r\n" + form;
}

double bare_microseconds() {
    const auto& key = key_of_all();
    const Bytes message(69, std::byte{1});
    const Bytes signature = key.sign(message);
    const auto digest = crypto::sha256(ByteView(message));
    const crypto::Owned<EVP_PKEY_CTX> context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, key.handle(), nullptr)
    );
    crypto::require(EVP_PKEY_verify_init(context.get()));
    move_to(Processor::server);
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
    const double spent = cpu_microseconds(CLOCK_THREAD_CPUTIME_ID) - start;
    move_to(Processor::load);
    return spent / bare_verifications;
}

}  // namespace latchkey::bench
