// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/faulty_vfs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/types.h>
#include <unistd.h>

namespace latchkey::test {

namespace {

struct Disk {
    std::mutex mutex;
    bool is_planned = false;
    FaultPlan plan;
    bool has_failed = false;
    bool notes = false;
    Syncs syncs = Syncs::durable;
};

Disk& disk() {
    static Disk one;
    return one;
}

/// Whether this operation fails by the plan.
bool fails(DiskOperation operation) {
    auto& here = disk();
    const std::lock_guard lock(here.mutex);
    if (!here.is_planned || here.plan.operation != operation) return false;
    if (--here.plan.number > 0) return false;
    if (here.plan.number < 0 && here.plan.lasts == FaultLasts::once) return false;
    here.has_failed = true;
    return true;
}

int write_error() {
    const std::lock_guard lock(disk().mutex);
    return disk().plan.fault == DiskFault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

bool takes_notes() {
    const std::lock_guard lock(disk().mutex);
    return disk().notes;
}

/// One change that was not synced: the size of the file before, and what stood at `offset`.
struct Undo {
    std::int64_t size_before = 0;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

/// A file of the VFS: ours, and behind it in the same memory the system's.
struct FaultyFile {
    sqlite3_file base;
    sqlite3_file* real;
    int undo;  // descriptor of the notes, or -1
};

FaultyFile* faulty(sqlite3_file* file) {
    return reinterpret_cast<FaultyFile*>(file);  // SQLite gives back what open() made
}

sqlite3_file* real(sqlite3_file* file) {
    return faulty(file)->real;
}

void write_fully(int descriptor, const void* data, std::size_t size) {
    if (::write(descriptor, data, size) != static_cast<ssize_t>(size)) {
        throw std::runtime_error("faulty_vfs: cannot write its notes");
    }
}

/// Notes what a change of [offset, offset + length) is going to overwrite. One write, so that a
/// killed process leaves a whole note or none.
int note(sqlite3_file* file, std::int64_t offset, std::int64_t length) {
    if (faulty(file)->undo < 0 || !takes_notes()) return SQLITE_OK;
    sqlite3_int64 size = 0;
    const int code = real(file)->pMethods->xFileSize(real(file), &size);
    if (code != SQLITE_OK) return code;
    const Undo undo{
        .size_before = size,
        .offset = offset,
        .length = std::clamp<std::int64_t>(size - offset, 0, length)
    };
    std::vector<char> bytes(sizeof undo + static_cast<std::size_t>(undo.length));
    std::memcpy(bytes.data(), &undo, sizeof undo);
    if (undo.length > 0) {
        const int read = real(file)->pMethods->xRead(
            real(file), bytes.data() + sizeof undo, static_cast<int>(undo.length), offset
        );
        if (read != SQLITE_OK) return read;
    }
    write_fully(faulty(file)->undo, bytes.data(), bytes.size());
    return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
    if (faulty(file)->undo >= 0) ::close(faulty(file)->undo);
    return real(file)->pMethods->xClose(real(file));
}

int read_file_at(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    if (fails(DiskOperation::read)) return SQLITE_IOERR_READ;
    return real(file)->pMethods->xRead(real(file), to, size, offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (fails(DiskOperation::write)) {
        // Half of it gets through: a torn page.
        static_cast<void>(real(file)->pMethods->xWrite(real(file), from, size / 2, offset));
        return write_error();
    }
    const int noted = note(file, offset, size);
    if (noted != SQLITE_OK) return noted;
    return real(file)->pMethods->xWrite(real(file), from, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (fails(DiskOperation::truncate)) return SQLITE_IOERR_TRUNCATE;
    sqlite3_int64 now = 0;
    const int code = real(file)->pMethods->xFileSize(real(file), &now);
    if (code != SQLITE_OK) return code;
    const int noted = note(file, size, std::max<sqlite3_int64>(now - size, 0));
    if (noted != SQLITE_OK) return noted;
    return real(file)->pMethods->xTruncate(real(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
    if (fails(DiskOperation::sync)) return SQLITE_IOERR_FSYNC;
    {
        const std::lock_guard lock(disk().mutex);
        if (disk().syncs == Syncs::ignored) return SQLITE_OK;
    }
    // The real disk may keep its cache: what counts as durable here is said by the notes.
    static_cast<void>(flags);
    if (faulty(file)->undo >= 0 && ::ftruncate(faulty(file)->undo, 0) != 0) {
        return SQLITE_IOERR_FSYNC;
    }
    return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}

int lock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}

int check_reserved_lock(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}

int file_control(sqlite3_file* file, int what, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

int sector_size(sqlite3_file* file) {
    return real(file)->pMethods->xSectorSize(real(file));
}

int device_characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

int shm_map(sqlite3_file* file, int page, int size, int extend, volatile void** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

void shm_barrier(sqlite3_file* file) {
    real(file)->pMethods->xShmBarrier(real(file));
}

int shm_unmap(sqlite3_file* file, int deletes) {
    return real(file)->pMethods->xShmUnmap(real(file), deletes);
}

constexpr sqlite3_io_methods methods{
    .iVersion = 2,  // shared memory for the log, no memory-mapped pages
    .xClose = close_file,
    .xRead = read_file_at,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* system_vfs() {
    static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
    return found;
}

std::string undo_path(const std::string& path) {
    return path + ".undo";
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* opened = new (file) FaultyFile{
        .base = {.pMethods = nullptr},
        .real = reinterpret_cast<sqlite3_file*>(
            reinterpret_cast<std::byte*>(file) + sizeof(FaultyFile)
        ),
        .undo = -1
    };
    if (fails(DiskOperation::open)) return SQLITE_CANTOPEN;
    const int code = system_vfs()->xOpen(system_vfs(), name, opened->real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    constexpr int noted = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL;
    // One descriptor for each connection; all append.
    if ((flags & noted) != 0 && name != nullptr && takes_notes()) {
        opened->undo =
            ::open(undo_path(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    opened->base.pMethods = &methods;
    return SQLITE_OK;
}

}  // namespace

void register_faulty_vfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs made = *system_vfs();
        made.szOsFile += static_cast<int>(sizeof(FaultyFile));
        made.zName = faulty_vfs;
        made.pNext = nullptr;
        made.xOpen = open_file;
        return made;
    }();
    static const int registered = sqlite3_vfs_register(&vfs, 0);
    if (registered != SQLITE_OK) throw std::runtime_error("faulty_vfs: cannot be registered");
}

void plan_fault(const FaultPlan& plan) {
    const std::lock_guard lock(disk().mutex);
    disk().plan = plan;
    disk().is_planned = true;
    disk().has_failed = false;
}

bool heal_disk() {
    const std::lock_guard lock(disk().mutex);
    disk().is_planned = false;
    return std::exchange(disk().has_failed, false);
}

void note_unsynced(Syncs syncs) {
    const std::lock_guard lock(disk().mutex);
    disk().notes = true;
    disk().syncs = syncs;
}

std::int64_t lose_unsynced(const std::string& path, std::int64_t kept) {
    struct Change {
        Undo undo;
        std::vector<char> bytes;
    };

    std::vector<Change> changes;
    {
        std::ifstream notes(undo_path(path), std::ios::binary);
        Change change;
        while (notes.read(reinterpret_cast<char*>(&change.undo), sizeof change.undo)) {
            change.bytes.resize(static_cast<std::size_t>(change.undo.length));
            if (!notes.read(change.bytes.data(), change.undo.length)) break;
            changes.push_back(change);
        }
    }
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const auto count = static_cast<std::int64_t>(changes.size());
    for (auto i = count; i-- > kept;) {
        const auto& [undo, bytes] = changes.at(static_cast<std::size_t>(i));
        file.seekp(undo.offset).write(bytes.data(), undo.length).flush();
        std::filesystem::resize_file(path, static_cast<std::uintmax_t>(undo.size_before));
    }
    if (!changes.empty() && !file) throw std::runtime_error("faulty_vfs: cannot undo " + path);
    std::filesystem::remove(undo_path(path));
    return count;
}

}  // namespace latchkey::test
