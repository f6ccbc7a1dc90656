// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A small blocking HTTP/1.1 client for tests. What goes wrong on the way (refused connection, no
/// answer within ten seconds, bytes that are no HTTP) throws std::runtime_error and so fails the
/// test.
namespace latchkey::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
    int status = 0;
    std::string head;  // as it came, up to and with the empty line
    Fields headers;    // names in lower case, in their order
    std::string body;

    /// The value of a header (name in lower case), or empty.
    [[nodiscard]] std::string header(std::string_view name) const;

    /// Every value of a header.
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
};

/// One TCP connection to 127.0.0.1: raw bytes both ways.
class RawConnection {
public:
    explicit RawConnection(std::uint16_t port);
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    RawConnection(RawConnection&&) = delete;
    RawConnection& operator=(RawConnection&&) = delete;
    ~RawConnection();

    /// False if the peer has closed the connection.
    bool send(std::string_view bytes) const;

    /// Half-closes: the peer sees the end of what we send, and may still answer.
    void finish_sending() const;

    enum class Body : std::uint8_t { expected, none };  // none: the answer to HEAD

    /// The next response, 1xx ones included. nullopt: the peer closed before its first byte.
    std::optional<HttpResponse> read_response(Body body = Body::expected);

    /// Everything up to the end of the connection; a reset counts as its end.
    std::string read_to_end();

    /// Only a little receive buffer, so that an answer of some size does not fit in.
    void shrink_receive_buffer() const;

private:
    int descriptor_;
    std::string buffer_;

    bool read_more();
};

/// A browser's view of a server: keeps the connection and the cookies, does not follow redirects.
class HttpClient {
public:
    /// `host` is what the Host header says; by default "localhost:PORT".
    explicit HttpClient(std::uint16_t port, std::string host = {});

    HttpResponse get(std::string_view path, const Fields& headers = {});
    HttpResponse head(std::string_view path, const Fields& headers = {});

    /// A form as the pages of `origin()` send it. A header of `headers` replaces the default one of
    /// the same name; with an empty value it is left out.
    HttpResponse post(std::string_view path, const Fields& form, const Fields& headers = {});

    /// The same with a JSON body, asking for JSON.
    HttpResponse post_json(
        std::string_view path, std::string_view json, const Fields& headers = {}
    );

    struct Content {
        std::string type;
        std::string body;
    };

    /// Any request. Without content no Content-Length is sent.
    HttpResponse request(
        std::string_view method,
        std::string_view path,
        const Fields& headers,
        const std::optional<Content>& content = std::nullopt
    );

    /// GETs where a redirect of this server leads to.
    HttpResponse follow(const HttpResponse& redirect);

    /// Sent with every request, e.g. {"accept", "application/json"}.
    Fields default_headers;

    /// What the server has set and not deleted, by name.
    std::map<std::string, std::string, std::less<>> cookies;

    /// The value of a cookie, or nullptr.
    [[nodiscard]] const std::string* cookie(std::string_view name) const;

    [[nodiscard]] std::string origin() const { return "http://" + host_; }

    /// Ends the connection; the next request opens another.
    void disconnect() { connection_.reset(); }

private:
    std::uint16_t port_;
    std::string host_;
    std::unique_ptr<RawConnection> connection_;

    HttpResponse exchange(const std::string& message, RawConnection::Body body);
    void keep_cookies(const HttpResponse& response);
};

/// application/x-www-form-urlencoded.
std::string encode_form(const Fields& form);

}  // namespace latchkey::test
