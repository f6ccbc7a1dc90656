// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <string>

namespace latchkey::test {

/// What SQLite asks of a disk and the faulty one can refuse.
enum class DiskOperation : std::uint8_t { open, read, write, sync, truncate };

/// How it refuses.
enum class DiskFault : std::uint8_t {
    full,    // no room; for `write` only
    broken,  // an I/O error
};

enum class FaultLasts : std::uint8_t { once, forever };

/// What happens to syncs.
enum class Syncs : std::uint8_t {
    durable,  // what was written before one survives a power cut
    ignored,  // as with PRAGMA synchronous = OFF: nothing does
};

/// A SQLite VFS over the system's, named `faulty_vfs`, whose disk fails when it is told to, and
/// which can lose what was not synced. One for the whole process, thread-safe.
inline constexpr const char* faulty_vfs = "faulty";

/// Makes the VFS known to SQLite; more calls do nothing.
void register_faulty_vfs();

/// Lets the operation number `number` from now on (the first is 1) fail.
struct FaultPlan {
    DiskOperation operation = DiskOperation::write;
    DiskFault fault = DiskFault::broken;
    FaultLasts lasts = FaultLasts::once;
    std::int64_t number = 1;
};

void plan_fault(const FaultPlan& plan);

/// Ends the plan. Whether its fault happened at all.
bool heal_disk();

/// From now on, before a file is changed, what stood there is noted in a file beside it (".undo"),
/// which a sync empties: lose_unsynced() can then take back what was not synced, also after the
/// process was killed.
void note_unsynced(Syncs syncs);

/// Takes back every change of the file since its last sync, as a power cut may, but the first
/// `kept`. The process that changed it must be gone. Returns how many changes there were.
std::int64_t lose_unsynced(const std::string& path, std::int64_t kept);

}  // namespace latchkey::test
