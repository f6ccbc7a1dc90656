// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
/// Passkeys in a browser, with Boost.Beast and the library: open http://localhost:8080.
///
/// One thread, one request a connection, accounts in memory: an example of the ceremonies, not of
/// a server. Behind each "store" stands what a real one writes to its database.
///
/// Usage: beast_server [PORT]
#include <latchkey/webauthn.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace webauthn = latchkey::webauthn;
using tcp = asio::ip::tcp;
using Clock = std::chrono::system_clock;

constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Latchkey example</title>
<h1>Passkeys</h1>
<button id="register">Create a passkey</button>
<button id="sign-in">Sign in</button>
<p role="status"></p>
<script type="module">
const status = document.querySelector('[role=status]');
const post = async (path, body) => {
    const answer = await fetch(path, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.text();
};
const ceremony = (name, ask) => async () => {
    try {
        const options = JSON.parse(await post(`/${name}/options`));
        const credential = await ask(options);
        status.textContent = await post(`/${name}`, JSON.stringify(credential.toJSON()));
    } catch (error) {
        status.textContent = error.message;
    }
};
document.querySelector('#register').onclick = ceremony('register', (options) =>
    navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }));
document.querySelector('#sign-in').onclick = ceremony('sign-in', (options) =>
    navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }));
</script>
)";

latchkey::Bytes random_bytes(std::size_t size) {
    latchkey::Bytes bytes(size);
    if (getentropy(bytes.data(), bytes.size()) != 0) std::abort();
    return bytes;
}

std::string random_id() {
    std::string id;
    for (const std::byte byte : random_bytes(16)) {
        id += "0123456789abcdef"[std::to_integer<unsigned>(byte >> 4U)];
        id += "0123456789abcdef"[std::to_integer<unsigned>(byte & std::byte{15})];
    }
    return id;
}

struct Answer {
    http::status status = http::status::ok;
    std::string body;
    std::string ceremony{};  // the id of one that was started, for a cookie
};

Answer refuse(const webauthn::Failure& failure) {
    std::cerr << describe(failure) << '\n';  // for us
    return {http::status::bad_request, "That passkey did not work."};
}

/// The two ceremonies over two stores.
class RelyingParty {
public:
    explicit RelyingParty(const std::string& port)
        : rp_{.id = webauthn::RpId("localhost"),
              .name = "Latchkey example",
              .origins = {webauthn::Origin("http://localhost:" + port)}} {}

    /// `id` is of the ceremony that this browser started, from its cookie.
    Answer answer(std::string_view target, const std::string& id, std::string_view body) {
        if (target == "/register/options") return registration_options();
        if (target == "/register") return register_passkey(id, body);
        if (target == "/sign-in/options") return sign_in_options();
        if (target == "/sign-in") return sign_in(id, body);
        return {http::status::not_found, "There is nothing here."};
    }

private:
    using Ceremony = std::variant<webauthn::RegistrationCeremony, webauthn::AuthenticationCeremony>;

    struct Pending {
        Ceremony ceremony;
        Clock::time_point expires;
    };

    Answer registration_options() {
        const webauthn::RegistrationCeremony ceremony{
            .challenge = webauthn::Challenge(random_bytes(32)),
            .user_handle = webauthn::UserHandle(random_bytes(64))
        };
        return {
            .body = issue_registration(rp_, policy_, ceremony, {.name = "ada"}, {}),
            .ceremony = remember(ceremony)
        };
    }

    Answer register_passkey(const std::string& id, std::string_view body) {
        const auto ceremony = consume<webauthn::RegistrationCeremony>(id);
        if (!ceremony) return {http::status::bad_request, "Too late: try again."};
        const auto response = webauthn::parse_registration_response(body);
        if (!response) return refuse(response.error());
        const auto now = std::chrono::floor<std::chrono::milliseconds>(Clock::now());
        auto verified = verifier_.verify_registration(rp_, policy_, *ceremony, *response, now);
        if (!verified) return refuse(verified.error());
        const bool is_new = passkeys_.emplace(response->id(), verified->credential).second;
        if (!is_new) return {http::status::conflict, "That passkey is known already."};
        return {.body = "Passkey created."};
    }

    Answer sign_in_options() {
        const auto ceremony =
            webauthn::AuthenticationCeremony::discoverable(webauthn::Challenge(random_bytes(32)));
        return {.body = issue_authentication(rp_, ceremony), .ceremony = remember(ceremony)};
    }

    Answer sign_in(const std::string& id, std::string_view body) {
        const auto ceremony = consume<webauthn::AuthenticationCeremony>(id);
        if (!ceremony) return {http::status::bad_request, "Too late: try again."};
        const auto response = webauthn::parse_authentication_response(body);
        if (!response) return refuse(response.error());
        const auto found = passkeys_.find(response->id());
        if (found == passkeys_.end()) {
            return {http::status::not_found, "That passkey is not known."};
        }
        webauthn::CredentialRecord& record = found->second;
        const auto verified = verifier_.verify_authentication(rp_, *ceremony, record, *response);
        if (!verified) return refuse(verified.error());
        record.sign_count = verified->sign_count;
        record.backup_state = verified->backup_state;
        return {.body = "Signed in."};
    }

    std::string remember(const Ceremony& ceremony) {
        const auto now = Clock::now();
        std::erase_if(pending_, [&](const auto& entry) { return entry.second.expires < now; });
        const std::string id = random_id();
        pending_.emplace(id, Pending{ceremony, now + webauthn::default_timeout});
        return id;
    }

    /// The ceremony of that id, if it is of this kind and not too old: good for one response.
    template <class Wanted>
    std::optional<Wanted> consume(const std::string& id) {
        const auto taken = pending_.extract(id);
        if (taken.empty() || taken.mapped().expires < Clock::now()) return std::nullopt;
        const auto* wanted = std::get_if<Wanted>(&taken.mapped().ceremony);
        return wanted == nullptr ? std::nullopt : std::optional(*wanted);
    }

    webauthn::RelyingParty rp_;
    webauthn::RegistrationPolicy policy_;
    webauthn::Verifier verifier_;
    std::map<std::string, Pending> pending_;                                 // a store
    std::map<webauthn::CredentialId, webauthn::CredentialRecord> passkeys_;  // a store
};

/// One request on one connection. Owned by the operation that it waits for.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, RelyingParty& site) : stream_(std::move(socket)), site_(site) {}

    void run() {
        parser_.body_limit(std::uint64_t{256} * 1024);
        stream_.expires_after(std::chrono::seconds(30));
        http::async_read(
            stream_,
            buffer_,
            parser_,
            [self = shared_from_this()](beast::error_code error, std::size_t) {
                if (!error) self->respond();
            }
        );
    }

private:
    void respond() {
        const auto& request = parser_.get();
        response_.set(http::field::cache_control, "no-store");
        if (request.method() == http::verb::get && request.target() == "/") {
            response_.set(http::field::content_type, "text/html");
            response_.body() = page;
        } else {
            const Answer answer = answer_to(request);
            response_.result(answer.status);
            response_.set(http::field::content_type, "text/plain");
            response_.body() = answer.body;
            if (!answer.ceremony.empty()) {
                const std::string cookie = std::string(cookie_name) + answer.ceremony;
                response_.set(http::field::set_cookie, cookie + "; HttpOnly; SameSite=Strict");
            }
        }
        response_.keep_alive(false);
        response_.prepare_payload();
        http::async_write(
            stream_,
            response_,
            [self = shared_from_this()](beast::error_code, std::size_t) {
                beast::error_code ignored;  // the browser may be gone
                std::ignore = self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
            }
        );
    }

    Answer answer_to(const http::request<http::string_body>& request) {
        if (request.method() != http::verb::post) return {http::status::not_found, "Not here."};
        const std::string cookies(request[http::field::cookie]);
        const auto at = cookies.find(cookie_name);
        const bool is_there = at != std::string::npos;
        const std::string id = is_there ? cookies.substr(at + cookie_name.size(), 32) : "";
        const std::string_view target(request.target().data(), request.target().size());
        return site_.answer(target, id, request.body());
    }

    static constexpr std::string_view cookie_name = "ceremony=";

    beast::tcp_stream stream_;
    RelyingParty& site_;
    beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    http::response<http::string_body> response_;
};

void accept_next(tcp::acceptor& acceptor, RelyingParty& site) {
    acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
        if (!error) std::make_shared<Connection>(std::move(socket), site)->run();
        accept_next(acceptor, site);
    });
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string port = argc > 1 ? argv[1] : "8080";
    std::uint16_t number = 0;
    if (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc()) return 2;
    asio::io_context context(1);
    RelyingParty site(port);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), number));
    accept_next(acceptor, site);
    std::cout << "http://localhost:" << port << '\n' << std::flush;
    context.run();
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
