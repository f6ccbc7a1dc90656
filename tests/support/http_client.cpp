// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/http_client.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace latchkey::test {

namespace {

constexpr int patience_seconds = 10;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::size_t number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value, base);
    if (error != std::errc{} || end == text.begin()) {
        throw std::runtime_error("no number: " + std::string(text));
    }
    return value;
}

HttpResponse parse_head(std::string head) {
    HttpResponse response;
    if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("no status line: " + head);
    response.status = static_cast<int>(number(std::string_view(head).substr(9, 3), 10));
    auto rest = std::string_view(head);
    rest.remove_prefix(rest.find("\r\n") + 2);
    while (!rest.starts_with("\r\n")) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) throw std::runtime_error("no header: " + head);
        response.headers.emplace_back(lower(line.substr(0, colon)), line.substr(colon + 2));
        rest.remove_prefix(line.size() + 2);
    }
    response.head = std::move(head);
    return response;
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
    const auto values = all(name);
    return values.empty() ? std::string{} : values.front();
}

std::vector<std::string> HttpResponse::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : headers) {
        if (key == name) values.push_back(value);
    }
    return values;
}

RawConnection::RawConnection(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (descriptor_ < 0) throw std::runtime_error("no socket");
    const timeval patience{.tv_sec = patience_seconds, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const std::string why = std::strerror(errno);
        ::close(descriptor_);
        throw std::runtime_error("cannot connect to port " + std::to_string(port) + ": " + why);
    }
}

RawConnection::~RawConnection() {
    ::close(descriptor_);
}

bool RawConnection::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
        if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawConnection::finish_sending() const {
    ::shutdown(descriptor_, SHUT_WR);
}

void RawConnection::shrink_receive_buffer() const {
    const int bytes = 1'024;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool RawConnection::read_more() {
    std::array<char, 65'536> bytes{};
    const auto received = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (received < 0 && errno == ECONNRESET) return false;
    if (received < 0) throw std::runtime_error(std::string("receive: ") + std::strerror(errno));
    buffer_.append(bytes.data(), static_cast<std::size_t>(received));
    return received > 0;
}

std::optional<HttpResponse> RawConnection::read_response(Body body) {
    auto end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos) {
        if (!read_more()) {
            if (buffer_.empty()) return std::nullopt;
            throw std::runtime_error("connection ended within a response head");
        }
        end = buffer_.find("\r\n\r\n");
    }
    auto response = parse_head(buffer_.substr(0, end + 4));
    buffer_.erase(0, end + 4);

    const auto length = response.all("content-length");
    if (length.size() > 1) throw std::runtime_error("two Content-Lengths in a response");
    if (body == Body::none || length.empty()) return response;
    const auto size = number(length.front(), 10);
    while (buffer_.size() < size) {
        if (!read_more()) throw std::runtime_error("connection ended within a response body");
    }
    response.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return response;
}

std::string RawConnection::read_to_end() {
    while (read_more()) {
    }
    return std::exchange(buffer_, {});
}

HttpClient::HttpClient(std::uint16_t port, std::string host)
    : port_(port), host_(host.empty() ? "localhost:" + std::to_string(port) : std::move(host)) {}

HttpResponse HttpClient::get(std::string_view path, const Fields& headers) {
    return request("GET", path, headers);
}

HttpResponse HttpClient::head(std::string_view path, const Fields& headers) {
    return request("HEAD", path, headers);
}

HttpResponse HttpClient::post(std::string_view path, const Fields& form, const Fields& headers) {
    return request(
        "POST",
        path,
        headers,
        Content{.type = "application/x-www-form-urlencoded", .body = encode_form(form)}
    );
}

HttpResponse HttpClient::post_json(
    std::string_view path, std::string_view json, const Fields& headers
) {
    Fields all{{"accept", "application/json"}};
    for (const auto& header : headers) {
        if (lower(header.first) == "accept") all.clear();
    }
    all.insert(all.end(), headers.begin(), headers.end());
    return request(
        "POST", path, all, Content{.type = "application/json", .body = std::string(json)}
    );
}

HttpResponse HttpClient::request(
    std::string_view method,
    std::string_view path,
    const Fields& headers,
    const std::optional<Content>& content
) {
    std::map<std::string, std::string> fields{{"host", host_}};
    if (content) {
        fields["content-type"] = content->type;
        fields["content-length"] = std::to_string(content->body.size());
    }
    if (method == "POST") {
        fields["origin"] = origin();
        fields["sec-fetch-site"] = "same-origin";
    }
    std::string cookie_header;
    for (const auto& [name, value] : cookies) {
        cookie_header.append(cookie_header.empty() ? "" : "; ").append(name + "=" + value);
    }
    fields["cookie"] = cookie_header;
    for (const auto& [name, value] : default_headers) {
        fields[lower(name)] = value;
    }
    for (const auto& [name, value] : headers) {
        fields[lower(name)] = value;
    }

    std::string message(method);
    message.append(" ").append(path).append(" HTTP/1.1\r\n");
    for (const auto& [name, value] : fields) {
        if (!value.empty()) message.append(name).append(": ").append(value).append("\r\n");
    }
    message.append("\r\n");
    if (content) message.append(content->body);

    using Body = RawConnection::Body;
    auto response = exchange(message, method == "HEAD" ? Body::none : Body::expected);
    keep_cookies(response);
    if (response.header("connection") == "close") disconnect();
    return response;
}

HttpResponse HttpClient::exchange(const std::string& message, RawConnection::Body body) {
    // A kept connection may have been closed meanwhile: then once more, on a new one.
    for (const bool is_new : {connection_ == nullptr, true}) {
        if (is_new) connection_ = std::make_unique<RawConnection>(port_);
        connection_->send(message);
        auto response = connection_->read_response(body);
        while (response && response->status < 200) {
            response = connection_->read_response(body);
        }
        if (response) return std::move(*response);
        if (is_new) break;
    }
    throw std::runtime_error("connection ended without a response");
}

HttpResponse HttpClient::follow(const HttpResponse& redirect) {
    auto location = redirect.header("location");
    if (location.starts_with(origin() + "/")) location.erase(0, origin().size());
    if (!location.starts_with("/")) {
        throw std::runtime_error(
            "status " + std::to_string(redirect.status) + " leads nowhere here: " + location
        );
    }
    return get(location);
}

void HttpClient::keep_cookies(const HttpResponse& response) {
    for (const auto& line : response.all("set-cookie")) {
        const auto equals = line.find('=');
        const auto end = line.find(';');
        const auto name = line.substr(0, equals);
        const bool is_deleted = line.find("; Max-Age=0") != std::string::npos;
        if (is_deleted) {
            cookies.erase(name);
        } else {
            cookies[name] = line.substr(equals + 1, end - equals - 1);
        }
    }
}

const std::string* HttpClient::cookie(std::string_view name) const {
    const auto found = cookies.find(name);
    return found == cookies.end() ? nullptr : &found->second;
}

std::string encode_form(const Fields& form) {
    std::string out;
    for (const auto& [name, value] : form) {
        out.append(out.empty() ? "" : "&");
        out.append(percent_encode(name)).append("=").append(percent_encode(value));
    }
    return out;
}

}  // namespace latchkey::test
