// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/checkpoints.hpp"

#include "store/sqlite/connection.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

namespace {

constexpr int frame_bytes = 4'096 + 24;  // a page and its header
constexpr int due_frames = 1'000;
// Room for the groups that are written while a reader keeps a checkpoint from finishing.
constexpr sqlite3_int64 grown_bytes = sqlite3_int64{2} * due_frames * frame_bytes;

int count_frames(void* frames, sqlite3*, const char*, int count) {
    *static_cast<int*>(frames) = count;
    return SQLITE_OK;
}

}  // namespace

Code grow_log(Connection& connection) {
    sqlite3_file* log = nullptr;
    Code code = sqlite3_file_control(
        connection.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log)
    );
    if (code != SQLITE_OK) return code;
    if (log == nullptr || log->pMethods == nullptr) return SQLITE_MISUSE;
    sqlite3_int64 size = 0;
    code = log->pMethods->xFileSize(log, &size);
    static constexpr std::array<char, std::size_t{64} * 1'024> zeros{};
    while (code == SQLITE_OK && size < grown_bytes) {
        const auto count = std::min<sqlite3_int64>(grown_bytes - size, zeros.size());
        code = log->pMethods->xWrite(log, zeros.data(), static_cast<int>(count), size);
        size += count;
    }
    return code == SQLITE_OK ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : code;
}

Checkpoints::Checkpoints(Connection& connection) : connection_(connection), next_at_(due_frames) {
    sqlite3_wal_hook(connection.handle(), count_frames, &frames_);
}

Code Checkpoints::run_if_due() {
    if (frames_ < next_at_) return SQLITE_OK;
    // Passive: waits for nobody. If a reader still needs the log, what is left is moved next time.
    int in_log = 0;
    int moved = 0;
    const Code code = sqlite3_wal_checkpoint_v2(
        connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved
    );
    // All moved: the next commit starts the log over and frames_ falls. Else try again after some
    // more.
    next_at_ = moved == in_log ? due_frames : frames_ + due_frames / 10;
    return code;
}

}  // namespace latchkey::store::sqlite
