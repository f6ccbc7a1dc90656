// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace latchkey::test {
namespace {

constexpr int deadline_ms = 30'000;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> environment_with(const Command& command) {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::string_view name = text.substr(0, text.find('='));
        bool is_replaced = false;
        for (const auto& [key, value] : command.environment) {
            is_replaced |= name == key;
        }
        if (!is_replaced) out.emplace_back(text);
    }
    for (const auto& [key, value] : command.environment) {
        out.push_back(key + "=" + value);
    }
    return out;
}

struct Pipe {
    Pipe() {
        if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    }

    std::array<int, 2> ends{};
};

void close_once(int& descriptor) {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
}

}  // namespace

Process::Process(const Command& command) {
    const Pipe in;
    const Pipe out;
    const Pipe err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
    // Sockets of a server in this process would live on in the child.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    if (!command.folder.empty()) {
        posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
    }
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = environment_with(command);
    const int error = posix_spawnp(
        &id_,
        arguments.front().c_str(),
        &actions,
        nullptr,
        pointers(arguments).data(),
        pointers(environment).data()
    );
    posix_spawn_file_actions_destroy(&actions);
    close(in.ends[0]);
    close(out.ends[1]);
    close(err.ends[1]);
    input_ = in.ends[1];
    output_ = out.ends[0];
    error_ = err.ends[0];
    if (error != 0) {
        errno = error;
        fail("cannot start " + arguments.front());
    }
}

Process::~Process() {
    if (id_ > 0) {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    close_once(input_);
    close_once(output_);
    close_once(error_);
}

bool Process::read_more(int timeout_ms) {
    std::array<pollfd, 2> watched{
        pollfd{.fd = output_, .events = POLLIN, .revents = 0},
        pollfd{.fd = error_, .events = POLLIN, .revents = 0}
    };
    if (output_ < 0 && error_ < 0) return false;
    const int ready = poll(watched.data(), watched.size(), timeout_ms);
    if (ready < 0 && errno != EINTR) fail("poll");
    if (ready == 0 && timeout_ms > 0) {
        throw std::runtime_error("the process was silent for too long; it said: " + errors_);
    }
    if (ready <= 0) return false;
    std::array<char, 4096> chunk{};
    for (std::size_t i = 0; i < watched.size(); ++i) {
        if (watched.at(i).revents == 0) continue;
        int& descriptor = i == 0 ? output_ : error_;
        const ssize_t count = read(descriptor, chunk.data(), chunk.size());
        if (count <= 0) close_once(descriptor);
        if (count > 0) {
            (i == 0 ? buffer_ : errors_).append(chunk.data(), static_cast<std::size_t>(count));
        }
    }
    return true;
}

std::string Process::read_line() {
    while (true) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        if (output_ < 0) {
            while (read_more(deadline_ms)) {
            }
            throw std::runtime_error("the process ended its output; it said: " + errors_);
        }
        read_more(deadline_ms);
    }
}

std::string Process::read_until(std::string_view text) {
    std::string before;
    while (true) {
        std::string line;
        try {
            line = read_line();
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(std::string(error.what()) + "\n" + before);
        }
        if (line.find(text) != std::string::npos) return line;
        before += line + "\n";
    }
}

std::string Process::read_rest() {
    while (output_ >= 0) {
        read_more(deadline_ms);
    }
    return std::exchange(buffer_, {});
}

std::string Process::errors() {
    while (read_more(0)) {
    }
    return errors_;
}

void Process::write(std::string_view text) const {
    while (!text.empty()) {
        const ssize_t count = ::write(input_, text.data(), text.size());
        if (count < 0 && errno == EPIPE) return;
        if (count < 0) fail("write");
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void Process::close_input() {
    close_once(input_);
}

void Process::signal(int number) const {
    if (kill(id_, number) != 0) fail("kill");
}

int Process::wait() {
    // The ends of its output tell when it is over, so that no wait is a sleep.
    while (read_more(deadline_ms)) {
    }
    int status = 0;
    if (waitpid(id_, &status, 0) != id_) fail("waitpid");
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Finished run(const Command& command, std::string_view input) {
    Process process(command);
    process.write(input);
    process.close_input();
    Finished finished;
    finished.out = process.read_rest();
    finished.status = process.wait();
    finished.err = process.errors();
    return finished;
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "latchkey.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) fail("mkdtemp");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // what is left lies in the folder for temporary files
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::file(std::string_view name) const {
    return path_ + "/" + std::string(name);
}

std::string TemporaryFolder::write(std::string_view name, std::string_view content) const {
    std::string path = file(name);
    std::ofstream stream(path, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream || chmod(path.c_str(), 0600) != 0) fail("cannot write " + path);
    return path;
}

std::string read_file(const std::string& path) {
    const std::ifstream stream(path, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + path);
    std::ostringstream content;
    content << stream.rdbuf();
    return content.str();
}

std::uint16_t free_port() {
    return SilentListener().port();
}

SilentListener::SilentListener() : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    // The socket interface of C takes every kind of address as sockaddr.
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(descriptor_, any, size) != 0) fail("bind");
    if (getsockname(descriptor_, any, &size) != 0) fail("getsockname");
    if (listen(descriptor_, 8) != 0) fail("listen");
    port_ = ntohs(address.sin_port);
}

SilentListener::~SilentListener() {
    close(descriptor_);
}

}  // namespace latchkey::test
