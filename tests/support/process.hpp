// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace latchkey::test {

struct Command {
    std::vector<std::string> arguments;  // [0] is the program, found by PATH if it has no slash
    std::vector<std::pair<std::string, std::string>> environment;  // set on top of our own
    std::string folder;                                            // working folder; empty: ours
};

/// A child process. It is killed (SIGKILL) and waited for when this goes out of scope. Every wait
/// has a deadline of 30 seconds, after which the test program fails by an exception.
class Process {
public:
    explicit Process(const Command& command);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&&) = delete;
    Process& operator=(Process&&) = delete;
    ~Process();

    /// The next line of its standard output, without its end.
    std::string read_line();

    /// Lines of its standard output until one that contains `text`; that one is returned.
    std::string read_until(std::string_view text);

    /// Everything that is left of its standard output.
    std::string read_rest();

    /// What it wrote to standard error until now.
    [[nodiscard]] std::string errors();

    void write(std::string_view text) const;
    void close_input();
    void signal(int number) const;

    /// Waits for its end: the exit status, or 128 + the signal that ended it.
    int wait();

    [[nodiscard]] pid_t id() const { return id_; }

private:
    bool read_more(int timeout_ms);

    pid_t id_ = -1;
    int input_ = -1;
    int output_ = -1;
    int error_ = -1;
    std::string buffer_;
    std::string errors_;
};

struct Finished {
    int status = 0;
    std::string out;
    std::string err;
};

/// Runs a command to its end with `input` as its standard input.
Finished run(const Command& command, std::string_view input = {});

/// A folder of its own below the system's place for temporary files, removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    TemporaryFolder(TemporaryFolder&&) = delete;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::string file(std::string_view name) const;

    /// Writes a file (mode 0600) and returns its path.
    [[nodiscard]] std::string write(std::string_view name, std::string_view content) const;

private:
    std::string path_;
};

/// The whole file; throws if there is none.
std::string read_file(const std::string& path);

/// A TCP port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

/// Listens on a port of 127.0.0.1 and never says a word.
class SilentListener {
public:
    SilentListener();
    SilentListener(const SilentListener&) = delete;
    SilentListener& operator=(const SilentListener&) = delete;
    SilentListener(SilentListener&&) = delete;
    SilentListener& operator=(SilentListener&&) = delete;
    ~SilentListener();

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace latchkey::test
