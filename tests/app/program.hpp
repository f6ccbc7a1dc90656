// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "support/process.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::test {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// The real program with a configuration and a data folder of its own, on a free port.
class Program {
public:
    /// `lines` are added at the top of the configuration, `sections` at its end.
    explicit Program(std::string_view lines = "", std::string_view sections = "");

    /// Runs a command to its end, with --config.
    [[nodiscard]] Finished command(
        std::vector<std::string> arguments, const Variables& environment = {}
    ) const;

    /// `serve` until it listens. Fails the test if it does not.
    void start(const Variables& environment = {});

    /// SIGTERM, and the exit status.
    int stop();

    /// `serve` that is expected to refuse: what it says.
    [[nodiscard]] Finished refuse(
        std::vector<std::string> arguments = {}, const Variables& environment = {}
    ) const;

    [[nodiscard]] Process& process() { return *process_; }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::string data() const { return folder_.file("data"); }

    [[nodiscard]] std::string config() const { return folder_.file("latchkey.toml"); }

    [[nodiscard]] std::string origin() const { return "http://localhost:" + std::to_string(port_); }

    /// The next line with `text` that the server logged since it was started, or logs. Fails the
    /// test if there is none for long.
    std::string await(std::string_view text);

    /// What the server logged until it stopped.
    [[nodiscard]] const std::string& log() const { return log_; }

    const TemporaryFolder& folder() const { return folder_; }

    /// Writes the configuration again with another text in place of one that is there.
    void replace_in_config(std::string_view from, std::string_view to) const;

private:
    [[nodiscard]] Command command_line(
        std::vector<std::string> arguments, const Variables& environment
    ) const;

    TemporaryFolder folder_;
    std::uint16_t port_;
    std::string log_;
    std::size_t awaited_ = 0;  // where in log_ the lines begin that nobody waited for yet
    std::unique_ptr<Process> process_;
};

/// The value of a hidden field of a page; throws if it has none.
std::string field_of(const std::string& page, const std::string& name);

}  // namespace latchkey::test
