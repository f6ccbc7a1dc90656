// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/json.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::test {

/// A mail as a real server received it and Python's mail library reads it.
struct ReceivedMail {
    std::string from;
    std::string subject;
    std::string text;
    std::string html;
    std::string raw;
    std::vector<std::string> defects;  // against the RFCs; empty if it is well-formed

    /// The value of a header field, or empty.
    [[nodiscard]] std::string header(std::string_view name) const;

    std::vector<std::pair<std::string, std::string>> headers;
};

/// tests/support/smtp_server: a real exim4 on loopback. Starting takes about half a second.
class MailServer {
public:
    MailServer();
    MailServer(const MailServer&) = delete;
    MailServer& operator=(const MailServer&) = delete;
    MailServer(MailServer&&) = delete;
    MailServer& operator=(MailServer&&) = delete;

    /// Lets the script end exim4: killed, the script would leave it running.
    ~MailServer();

    /// The one of this test program, started by the first call.
    static MailServer& shared();

    std::string host;
    std::uint16_t starttls_port = 0;
    std::uint16_t tls_port = 0;
    std::uint16_t plain_port = 0;
    std::string user;
    std::string password;
    std::string ca_file;
    std::string other_ca_file;  // of an authority that has nothing to do with the server

    /// Waits until `count` mails came for `address`.
    [[nodiscard]] std::vector<ReceivedMail> read(const std::string& address, int count) const;

private:
    TemporaryFolder folder_;
    Process process_;
};

}  // namespace latchkey::test
