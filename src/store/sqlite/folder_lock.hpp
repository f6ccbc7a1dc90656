// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "latchkey/result.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace latchkey::store::sqlite {

/// The exclusive right to write to the databases of a folder, held by one process until it goes
/// or dies. Another one is refused at once.
class FolderLock {
public:
    /// Makes the folder (0700) if only its last part is missing.
    static Result<FolderLock, StoreError> take(const std::filesystem::path& folder);

    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

}  // namespace latchkey::store::sqlite
