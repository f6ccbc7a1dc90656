// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/files.hpp"

#include "app/descriptor.hpp"
#include "app/origin.hpp"
#include "base/secret.hpp"
#include "base/try.hpp"
#include "latchkey/result.hpp"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

std::string system_words(int error) {
    return std::generic_category().message(error);
}

Wrong cannot(std::string_view verb, const std::string& path, int error) {
    std::string mend = "look at the path and at the permissions of its folders";
    if (error == ENOENT) mend = "create it, or mend the path";
    if (error == EACCES || error == EPERM) mend = "let the user that runs Latchkey at it";
    if (error == EEXIST) mend = "see who else is at it; remove it if nobody is";
    if (error == ENOSPC) mend = "make room on the disk";
    return {fmt::format("cannot {} {}: {}", verb, path, system_words(error)), std::move(mend)};
}

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = write(descriptor, content.data(), content.size());
        if (count < 0 && errno != EINTR) return false;
        if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// `owner`: whose it shall be; nullptr: of who runs this.
Result<void, Wrong> write_new_file(
    const std::string& path, std::string_view content, const struct stat* owner
) {
    constexpr auto flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const Descriptor file(open(path.c_str(), flags, S_IRUSR | S_IWUSR));
    if (file.get() < 0) return Fail{cannot("create", path, errno)};
    const bool is_owned = owner == nullptr || fchown(file.get(), owner->st_uid, owner->st_gid) == 0;
    if (is_owned && write_all(file.get(), content) && fsync(file.get()) == 0) return {};
    const int error = errno;
    unlink(path.c_str());
    return Fail{cannot("write", path, error)};
}

Result<void, Wrong> sync_folder_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    const Descriptor folder(open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC));
    if (folder.get() < 0 || fsync(folder.get()) != 0) return Fail{cannot("write", path, errno)};
    return {};
}

}  // namespace

Result<SecretText, Wrong> read_file(const std::string& path, std::size_t limit, Readers readers) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return Fail{cannot("read", path, errno)};
    struct stat status{};
    if (fstat(file.get(), &status) != 0) return Fail{cannot("read", path, errno)};
    if (!S_ISREG(status.st_mode)) {
        return Fail{Wrong{fmt::format("{} is not a file", path), "mend the path"}};
    }
    if (readers == Readers::owner_only && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return Fail{Wrong{
            fmt::format("{} has mode {:04o}: others may get at it", path, status.st_mode & 07777U),
            fmt::format("make it yours alone: chmod 600 {}", path)
        }};
    }
    std::string content(limit + 1, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t count = read(file.get(), content.data() + size, content.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Fail{cannot("read", path, errno)};
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size > limit) {
        wipe(std::as_writable_bytes(std::span(content)));
        return Fail{
            Wrong{fmt::format("{} is longer than {} bytes", path, limit), "is it the right file?"}
        };
    }
    content.resize(size);
    return SecretText(std::move(content));
}

Result<void, Wrong> create_private_file(const std::string& path, std::string_view content) {
    TRY(write_new_file(path, content, nullptr));
    return sync_folder_of(path);
}

Result<void, Wrong> replace_private_file(const std::string& path, std::string_view content) {
    struct stat owner{};
    if (stat(path.c_str(), &owner) != 0) return Fail{cannot("read", path, errno)};
    const std::string made = path + ".new";
    TRY(write_new_file(made, content, &owner));
    if (rename(made.c_str(), path.c_str()) != 0) {
        const int error = errno;
        unlink(made.c_str());
        return Fail{cannot("replace", path, error)};
    }
    return sync_folder_of(path);
}

Result<void, Wrong> create_folder(const std::string& path) {
    std::error_code error;
    const std::filesystem::path folder(path);
    if (std::filesystem::is_directory(folder, error)) return {};
    if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
    if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
        return Fail{cannot("create the folder", path, errno)};
    }
    return {};
}

}  // namespace latchkey::app
