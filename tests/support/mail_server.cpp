// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/mail_server.hpp"

#include "base/json.hpp"
#include "support/process.hpp"

#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifndef LATCHKEY_SOURCE_DIR
#error "LATCHKEY_SOURCE_DIR names the top folder of the sources"
#endif

namespace latchkey::test {
namespace {

const std::string script = LATCHKEY_SOURCE_DIR "/tests/support/smtp_server";

json::Value parsed(const std::string& text) {
    auto value = json::parse(text, {.bytes = 4'000'000, .depth = 8, .values = 100'000});
    if (!value) throw std::runtime_error("not JSON: " + text);
    return std::move(value).value();
}

std::string text_at(const json::Value& value, std::string_view key) {
    const std::string* text = value.find_string(key);
    return text == nullptr ? std::string() : *text;
}

std::uint16_t port_at(const json::Value& value, std::string_view key) {
    const json::Value* port = value.find(key);
    if (port == nullptr || port->as_integer() == nullptr) throw std::runtime_error("no port");
    return static_cast<std::uint16_t>(*port->as_integer());
}

ReceivedMail mail_from(const json::Value& value) {
    ReceivedMail mail{
        .from = text_at(value, "from"),
        .subject = text_at(value, "subject"),
        .text = text_at(value, "text"),
        .html = text_at(value, "html"),
        .raw = text_at(value, "raw"),
        .defects = {},
        .headers = {}
    };
    for (const json::Value& defect : *value.find("defects")->as_array()) {
        mail.defects.push_back(*defect.as_string());
    }
    for (const json::Value& header : *value.find("headers")->as_array()) {
        const json::Array& pair = *header.as_array();
        mail.headers.emplace_back(*pair.at(0).as_string(), *pair.at(1).as_string());
    }
    return mail;
}

}  // namespace

std::string ReceivedMail::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

MailServer::MailServer()
    : process_(Command{
          .arguments = {script, "start", folder_.path(), "--with-parent"},
          .environment = {},
          .folder = {}
      }) {
    const json::Value told = parsed(process_.read_line());
    host = text_at(told, "host");
    starttls_port = port_at(told, "starttls");
    tls_port = port_at(told, "tls");
    plain_port = port_at(told, "plain");
    user = text_at(told, "user");
    password = text_at(told, "password");
    ca_file = text_at(told, "ca");
    other_ca_file = text_at(told, "other_ca");
}

MailServer::~MailServer() {
    process_.close_input();
    try {
        process_.wait();
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);  // Process kills the script then
    }
}

MailServer& MailServer::shared() {
    static MailServer server;
    return server;
}

std::vector<ReceivedMail> MailServer::read(const std::string& address, int count) const {
    const Finished reading = run(Command{
        .arguments =
            {script, "read", folder_.path(), "--to", address, "--count", std::to_string(count)},
        .environment = {},
        .folder = {}
    });
    if (reading.status != 0) throw std::runtime_error(reading.err);
    const json::Value found = parsed(reading.out);
    std::vector<ReceivedMail> mails;
    for (const json::Value& mail : *found.as_array()) {
        mails.push_back(mail_from(mail));
    }
    return mails;
}

}  // namespace latchkey::test
