// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/folder_lock.hpp"

#include "latchkey/result.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace latchkey::store::sqlite {

Result<FolderLock, StoreError> FolderLock::take(const std::filesystem::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return Fail{folder_error(folder, errno)};
    }
    const auto file = folder / "lock";
    FolderLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.descriptor_ < 0) return Fail{folder_error(folder, errno)};
    // The kernel lets go of it when the process ends, however it ends.
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return Fail{folder_error(folder, errno)};
    return Fail{StoreError{
        .kind = StoreError::Kind::locked,
        .what = "another process uses the data folder " + folder.string(),
        .mend = "Stop the other Latchkey server, or give the command to it while it runs."
    }};
}

FolderLock::~FolderLock() {
    // Closing is letting go; nothing was written.
    if (descriptor_ >= 0) static_cast<void>(::close(descriptor_));
}

}  // namespace latchkey::store::sqlite
