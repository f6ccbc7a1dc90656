// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"

#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>

#include <sys/types.h>

namespace latchkey::http {

class TlsContext;
class TlsSession;

struct TlsFiles {
    std::string certificate;  // PEM, the chain
    std::string key;          // PEM, not readable by others
};

/// When TLS files are read again.
enum class TlsReload : std::uint8_t {
    always,
    if_changed,  // since the last attempt, be it good or bad
};

enum class TlsReloaded : std::uint8_t { yes, no };

/// The certificate and key that new connections get, and the files where they come from.
/// Thread-safe.
class CurrentTls {
public:
    /// The error says in words which file is wrong and how to mend it.
    static Result<std::unique_ptr<CurrentTls>, std::string> load(TlsFiles files);

    CurrentTls(TlsFiles files, TlsContext first);
    CurrentTls(const CurrentTls&) = delete;
    CurrentTls& operator=(const CurrentTls&) = delete;
    CurrentTls(CurrentTls&&) = delete;
    CurrentTls& operator=(CurrentTls&&) = delete;
    ~CurrentTls();

    /// New connections get what stands in the files now; those that stand go on as they are, and
    /// sessions of before are not resumed. On an error, in words, everything stays as it was.
    Result<TlsReloaded, std::string> reload(TlsReload when);

    /// A server-side session on the socket `descriptor`. Null if memory is short.
    [[nodiscard]] std::unique_ptr<TlsSession> open(int descriptor) const;

private:
    /// By what a file is known to be another one than before.
    struct Stamp {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        timespec modified{};
        timespec changed{};

        static Stamp of(const std::string& file);
        bool operator==(const Stamp& other) const;
    };

    using Stamps = std::array<Stamp, 2>;

    TlsFiles files_;
    std::mutex reloading_;  // one attempt at a time
    Stamps tried_;          // guarded by reloading_
    mutable std::mutex mutex_;
    std::unique_ptr<TlsContext> context_;  // guarded by mutex_; its sessions keep what they use

    [[nodiscard]] Stamps stamps() const;
};

}  // namespace latchkey::http
