// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/program.hpp"

#include "support/process.hpp"

#include <csignal>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {

Program::Program(std::string_view lines, std::string_view sections) : port_(free_port()) {
    std::string text = "origin = \"" + origin() + "\"\n";
    text += "listen = \"127.0.0.1:" + std::to_string(port_) + "\"\n";
    text += "data = \"data\"\n";
    text += lines;
    // Nobody listens there: what is mailed waits in the outbox.
    text += "\n[smtp]\nurl = \"smtp+plain://127.0.0.1:1\"\nfrom = \"id@example.test\"\n";
    text += sections;
    [[maybe_unused]] const std::string path = folder_.write("latchkey.toml", text);
}

Command Program::command_line(std::vector<std::string> arguments, const Variables& environment)
    const {
    arguments.insert(arguments.begin(), LATCHKEY_BINARY);
    arguments.emplace_back("--config");
    arguments.push_back(config());
    return {.arguments = std::move(arguments), .environment = environment, .folder = {}};
}

Finished Program::command(std::vector<std::string> arguments, const Variables& environment) const {
    return run(command_line(std::move(arguments), environment));
}

void Program::start(const Variables& environment) {
    process_ = std::make_unique<Process>(command_line({"serve"}, environment));
    const std::size_t begin = log_.size();
    awaited_ = begin;
    await(R"("event":"listening")");
    awaited_ = begin;  // what was logged before it can be waited for too
}

std::string Program::await(std::string_view text) {
    while (true) {
        const std::size_t end = log_.find('\n', awaited_);
        if (end == std::string::npos) {
            log_ += process_->read_line() + "\n";
            continue;
        }
        std::string line = log_.substr(awaited_, end - awaited_);
        awaited_ = end + 1;
        if (line.find(text) != std::string::npos) return line;
    }
}

int Program::stop() {
    process_->signal(SIGTERM);
    log_ += process_->read_rest();
    const int status = process_->wait();
    log_ += process_->errors();
    process_.reset();
    return status;
}

Finished Program::refuse(std::vector<std::string> arguments, const Variables& environment) const {
    arguments.insert(arguments.begin(), "serve");
    return command(std::move(arguments), environment);
}

void Program::replace_in_config(std::string_view from, std::string_view to) const {
    std::string text = read_file(config());
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("not in the configuration");
    text.replace(at, from.size(), to);
    [[maybe_unused]] const std::string path = folder_.write("latchkey.toml", text);
}

std::string field_of(const std::string& page, const std::string& name) {
    const std::string start = "name=\"" + name + "\" value=\"";
    const std::size_t at = page.find(start);
    if (at == std::string::npos) throw std::runtime_error("no such field in the page");
    const std::size_t from = at + start.size();
    return page.substr(from, page.find('"', from) - from);
}

}  // namespace latchkey::test
