// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/tls_files.hpp"

#include "base/try.hpp"
#include "http/tls.hpp"
#include "latchkey/result.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

#include <sys/stat.h>

namespace latchkey::http {

CurrentTls::Stamp CurrentTls::Stamp::of(const std::string& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return {};  // reading it says why
    return {
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = status.st_size,
        .modified = status.st_mtim,
        .changed = status.st_ctim,
    };
}

bool CurrentTls::Stamp::operator==(const Stamp& other) const {
    const auto members = [](const Stamp& stamp) {
        return std::tuple(
            stamp.device,
            stamp.inode,
            stamp.size,
            stamp.modified.tv_sec,
            stamp.modified.tv_nsec,
            stamp.changed.tv_sec,
            stamp.changed.tv_nsec
        );
    };
    return members(*this) == members(other);
}

Result<std::unique_ptr<CurrentTls>, std::string> CurrentTls::load(TlsFiles files) {
    auto context = TRY(TlsContext::load(files.certificate, files.key));
    return std::make_unique<CurrentTls>(std::move(files), std::move(context));
}

CurrentTls::CurrentTls(TlsFiles files, TlsContext first)
    : files_(std::move(files)),
      tried_(stamps()),
      context_(std::make_unique<TlsContext>(std::move(first))) {}

CurrentTls::~CurrentTls() = default;

CurrentTls::Stamps CurrentTls::stamps() const {
    return {Stamp::of(files_.certificate), Stamp::of(files_.key)};
}

Result<TlsReloaded, std::string> CurrentTls::reload(TlsReload when) {
    const std::scoped_lock one_at_a_time(reloading_);
    // Before they are read: what is written meanwhile is another change.
    const Stamps now = stamps();
    if (when == TlsReload::if_changed && now == tried_) return TlsReloaded::no;
    tried_ = now;
    auto next = std::make_unique<TlsContext>(TRY(TlsContext::load(files_.certificate, files_.key)));
    const std::scoped_lock lock(mutex_);
    context_ = std::move(next);
    return TlsReloaded::yes;
}

std::unique_ptr<TlsSession> CurrentTls::open(int descriptor) const {
    const std::scoped_lock lock(mutex_);
    return context_->open(descriptor);
}

}  // namespace latchkey::http
