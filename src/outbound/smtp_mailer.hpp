// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "outbound/mailer.hpp"
#include "outbound/mime.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::outbound {

enum class SmtpSecurity : std::uint8_t {
    start_tls,     // required: without STARTTLS nothing is sent (RFC 3207, usually port 587)
    implicit_tls,  // TLS from the first byte (RFC 8314, usually port 465)
    none,          // plain text; the configuration allows it to loopback only
};

struct SmtpOptions {
    std::string host;
    std::uint16_t port = 587;
    SmtpSecurity security = SmtpSecurity::start_tls;
    std::string user;  // empty: no AUTH
    SecretText password;
    Sender from;
    std::string ca_file;  // PEM; empty: the system's certificates
    std::string ehlo;     // the name that we give in EHLO
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{10};  // TCP, TLS and AUTH
    std::chrono::milliseconds send_timeout = std::chrono::seconds{30};     // all of one mail
};

/// Delivers through an SMTP server (RFC 5321), TLS 1.2 or newer with its certificate and name
/// verified. The connection is kept for the mails that follow soon. One thread at a time.
class SmtpMailer final : public Mailer {
public:
    SmtpMailer(SmtpOptions options, const Clock& clock);
    SmtpMailer(const SmtpMailer&) = delete;
    SmtpMailer& operator=(const SmtpMailer&) = delete;
    SmtpMailer(SmtpMailer&&) = delete;
    SmtpMailer& operator=(SmtpMailer&&) = delete;
    ~SmtpMailer() override;

    Delivery send(const Mail& mail, std::string_view key) override;

    /// Connects, does TLS and AUTH, sends nothing. nullopt: all is well; else what is not, in
    /// words.
    std::optional<std::string> check();

private:
    struct Session;
    SmtpOptions options_;
    const Clock& clock_;
    std::unique_ptr<Session> session_;
};

}  // namespace latchkey::outbound
