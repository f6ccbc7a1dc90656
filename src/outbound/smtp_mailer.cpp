// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "outbound/smtp_mailer.hpp"

#include "base/clock.hpp"
#include "latchkey/result.hpp"
#include "outbound/curl.hpp"
#include "outbound/mail.hpp"
#include "outbound/mailer.hpp"
#include "outbound/mime.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>
#include <curl/easy.h>
#include <curl/system.h>
#include <fmt/core.h>

namespace latchkey::outbound {
namespace {

constexpr std::size_t reply_limit = 200;  // bytes of a server's words that go to the log

// What is sent, and how far curl has read it.
struct Upload {
    std::string_view rest;
    bool is_complete = false;
};

// The server's last refusal (4xx or 5xx); what it says to our QUIT afterwards is no news.
struct Reply {
    std::string line;
    bool is_to_content = false;  // it has seen the mail, so its words may repeat it
};

struct Transfer {
    Upload upload;
    Reply reply;
};

std::size_t read_upload(char* buffer, std::size_t size, std::size_t count, void* context) {
    Upload& upload = static_cast<Transfer*>(context)->upload;
    const std::size_t length = std::min(size * count, upload.rest.size());
    std::memcpy(buffer, upload.rest.data(), length);
    upload.rest.remove_prefix(length);
    upload.is_complete = upload.rest.empty();
    return length;
}

std::size_t keep_reply(char* line, std::size_t size, std::size_t count, void* context) {
    auto* transfer = static_cast<Transfer*>(context);
    if (size * count == 0 || (*line != '4' && *line != '5')) return size * count;
    transfer->reply.line.assign(line, std::min(size * count, reply_limit));
    transfer->reply.is_to_content = transfer->upload.is_complete;
    return size * count;
}

std::size_t drop(char* /*data*/, std::size_t size, std::size_t count, void* /*context*/) {
    return size * count;
}

std::string in_lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// The server's words for the log: one line of printable ASCII that names neither the recipient
// nor, if it has seen the content, more than its numbers ("550 5.7.1").
std::string words_of(const Reply& reply, std::string_view recipient) {
    std::string words;
    for (const char c : reply.line) {
        if (c == '\r' || c == '\n') break;
        words += c >= ' ' && c <= '~' ? c : '?';
    }
    if (reply.is_to_content) {
        words = words.substr(0, words.find_first_not_of("0123456789. -"));
        while (words.ends_with(' ')) {
            words.pop_back();
        }
        return words;
    }
    // Servers write the address back in the case that they like.
    const std::string address = in_lower_case(recipient);
    while (!address.empty()) {
        const std::size_t at = in_lower_case(words).find(address);
        if (at == std::string::npos) break;
        words.replace(at, address.size(), "[recipient]");
    }
    return words;
}

// RFC 5321 4.2.1: whether the code is an answer of 5xx to the sender, the recipient or the content,
// which another try would get again. Before MAIL (greeting, STARTTLS, AUTH) curl has other errors.
bool is_about_this_mail(CURLcode result, const Transfer& transfer) {
    return result == CURLE_SEND_ERROR ||
           (transfer.upload.is_complete &&
            (result == CURLE_WEIRD_SERVER_REPLY || result == CURLE_RECV_ERROR));
}

}  // namespace

struct SmtpMailer::Session {
    void prepare(const SmtpOptions& options, Transfer& transfer);
    NotSent failure(CURLcode result, const Transfer& transfer, std::string_view recipient) const;

    curl::Handle handle;
    std::array<char, CURL_ERROR_SIZE> error{};
};

void SmtpMailer::Session::prepare(const SmtpOptions& options, Transfer& transfer) {
    curl_easy_reset(handle.get());  // keeps the connection
    error.fill('\0');
    const bool is_implicit = options.security == SmtpSecurity::implicit_tls;
    const bool is_plain = options.security == SmtpSecurity::none;
    const bool is_ipv6 = options.host.find(':') != std::string::npos;
    // The path is the name for EHLO; without it curl would say its own machine's.
    const std::string url = fmt::format(
        "{}://{}{}{}:{}/{}",
        is_implicit ? "smtps" : "smtp",
        is_ipv6 ? "[" : "",
        options.host,
        is_ipv6 ? "]" : "",
        options.port,
        options.ehlo
    );
    handle.set(CURLOPT_URL, url.c_str());
    handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    handle.set(CURLOPT_PROXY, "");  // whatever the environment says
    handle.set(CURLOPT_USE_SSL, is_plain ? long{CURLUSESSL_NONE} : long{CURLUSESSL_ALL});
    handle.set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    handle.set(CURLOPT_SSL_VERIFYPEER, 1L);
    handle.set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) {
        handle.set(CURLOPT_CAINFO, options.ca_file.c_str());
        handle.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (!options.user.empty()) {
        handle.set(CURLOPT_USERNAME, options.user.c_str());
        handle.set(CURLOPT_PASSWORD, options.password.reveal().c_str());
    }
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    handle.set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.send_timeout.count()));
    handle.set(CURLOPT_NOSIGNAL, 1L);
    handle.set(CURLOPT_ERRORBUFFER, error.data());
    handle.set(CURLOPT_WRITEFUNCTION, drop);
    handle.set(CURLOPT_HEADERFUNCTION, keep_reply);
    handle.set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
}

NotSent SmtpMailer::Session::failure(
    CURLcode result, const Transfer& transfer, std::string_view recipient
) const {
    const long code = handle.response_code();
    auto kind = NotSent::Kind::unavailable;
    if (is_about_this_mail(result, transfer)) {
        if (code >= 500 && code < 600) kind = NotSent::Kind::refused;
        if (code >= 400 && code < 500) kind = NotSent::Kind::try_later;
    }
    std::string why = "the server refused the mail";
    if (kind == NotSent::Kind::try_later) why = "the server wants the mail later";
    if (kind == NotSent::Kind::unavailable) {
        why = error.front() != '\0' ? error.data() : curl_easy_strerror(result);
    }
    if (const std::string words = words_of(transfer.reply, recipient); !words.empty()) {
        why += fmt::format("; the server said: {}", words);
    }
    return NotSent{.kind = kind, .why = std::move(why)};
}

SmtpMailer::SmtpMailer(SmtpOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), session_(std::make_unique<Session>()) {}

SmtpMailer::~SmtpMailer() = default;

Delivery SmtpMailer::send(const Mail& mail, std::string_view key) {
    if (!is_wire_address(mail.to)) {
        return NotSent{
            .kind = NotSent::Kind::refused,
            .why = "the recipient's address has characters that SMTP cannot carry"
        };
    }
    const std::string& from = options_.from.address;
    const MessageHead head{
        .from = options_.from,
        .message_id = fmt::format("{}@{}", key, from.substr(from.rfind('@') + 1)),
        .date = clock_.now()
    };
    const std::string message = render_message(mail, head);

    Transfer transfer{.upload = {.rest = message, .is_complete = false}, .reply = {}};
    session_->prepare(options_, transfer);
    const curl::Handle& handle = session_->handle;
    const std::string sender = fmt::format("<{}>", from);
    const std::string recipient = fmt::format("<{}>", mail.to);
    curl_slist* recipients = curl_slist_append(nullptr, recipient.c_str());
    LATCHKEY_ASSERT(recipients != nullptr);
    handle.set(CURLOPT_MAIL_FROM, sender.c_str());
    handle.set(CURLOPT_MAIL_RCPT, recipients);
    handle.set(CURLOPT_UPLOAD, 1L);
    handle.set(CURLOPT_READFUNCTION, read_upload);
    handle.set(CURLOPT_READDATA, static_cast<void*>(&transfer));
    handle.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
    const CURLcode result = curl_easy_perform(handle.get());
    curl_slist_free_all(recipients);
    if (result == CURLE_OK) return Sent{};
    return session_->failure(result, transfer, mail.to);
}

std::optional<std::string> SmtpMailer::check() {
    Transfer transfer;
    session_->prepare(options_, transfer);
    session_->handle.set(CURLOPT_FRESH_CONNECT, 1L);
    session_->handle.set(CURLOPT_CUSTOMREQUEST, "NOOP");
    session_->handle.set(CURLOPT_NOBODY, 1L);
    const CURLcode result = curl_easy_perform(session_->handle.get());
    if (result == CURLE_OK) return std::nullopt;
    return session_->failure(result, transfer, {}).why;
}

}  // namespace latchkey::outbound
