// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/sqlite/connection.hpp"

#include "base/clock.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <sqlite3.h>

namespace latchkey::store::sqlite {

namespace {

constexpr int lock_wait_milliseconds = 5'000;

Code configure(sqlite3* handle) {
    Code code = sqlite3_extended_result_codes(handle, 1);
    const auto set = [&](int what, int value) {
        if (code == SQLITE_OK) code = sqlite3_db_config(handle, what, value, nullptr);
    };
    // A schema that somebody changed by hand can neither call functions with side effects nor be
    // written to, and a misspelt column name is an error instead of a string.
    set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    set(SQLITE_DBCONFIG_DEFENSIVE, 1);
    set(SQLITE_DBCONFIG_DQS_DML, 0);
    set(SQLITE_DBCONFIG_DQS_DDL, 0);
    set(SQLITE_DBCONFIG_ENABLE_FKEY, 1);
    if (code == SQLITE_OK) code = sqlite3_busy_timeout(handle, lock_wait_milliseconds);
    return code;
}

/// The settings that are said in SQL. Constants all: a pragma takes no parameters.
Code run_pragmas(Connection& connection, Access access) {
    // Pages stay in memory up to this size, negative: in KiB. The writer's holds the upper pages
    // of every tree of a database of a million accounts.
    Code code = access == Access::read_write ? connection.execute("PRAGMA cache_size = -16384")
                                             : connection.execute("PRAGMA cache_size = -4096");
    // What is deleted is overwritten with zeros instead of staying in the file's free space.
    if (code == SQLITE_OK) code = connection.execute("PRAGMA secure_delete = ON");
    if (code == SQLITE_OK) code = connection.execute("PRAGMA temp_store = MEMORY");
    return code;
}

}  // namespace

void Connection::Closer::operator()(sqlite3* handle) const {
    // Every statement is gone by now, so closing cannot be refused (SQLITE_BUSY).
    LATCHKEY_ASSERT(sqlite3_close(handle) == SQLITE_OK);
}

Result<std::unique_ptr<Connection>, Code> Connection::open(const ConnectionOptions& options) {
    // No mutex of SQLite's own: one thread at a time uses a connection.
    const int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
        (options.access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    sqlite3* handle = nullptr;
    const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
    Code code = sqlite3_open_v2(options.path.c_str(), &handle, flags, vfs);
    if (handle == nullptr) return Fail{Code{SQLITE_NOMEM}};
    auto connection = std::make_unique<Connection>(handle);
    if (code == SQLITE_OK) code = configure(handle);
    if (code == SQLITE_OK) code = run_pragmas(*connection, options.access);
    if (code != SQLITE_OK) return Fail{code};
    return connection;
}

Code Connection::execute(const char* sql) {
    return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

std::int64_t Connection::changes() const {
    return sqlite3_total_changes64(handle_.get());
}

std::string Connection::message() const {
    return sqlite3_errmsg(handle_.get());
}

Step step_of(Code code) {
    switch (code) {
        case SQLITE_ROW:
            return Step::row;
        case SQLITE_DONE:
            return Step::done;
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return Step::conflict;
        default:
            return (code & 0xff) == SQLITE_CONSTRAINT ? Step::violation : Step::failed;
    }
}

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
    // It repeats the error of the last step, which was looked at when it happened.
    static_cast<void>(sqlite3_finalize(statement));
}

Code Statement::prepare() {
    if (statement_) return SQLITE_OK;
    sqlite3_stmt* statement = nullptr;
    const Code code = sqlite3_prepare_v3(
        connection_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr
    );
    statement_.reset(statement);
    return code;
}

Code Statement::bind(int index, std::nullptr_t) {
    return sqlite3_bind_null(statement_.get(), index);
}

Code Statement::bind(int index, std::int64_t value) {
    return sqlite3_bind_int64(statement_.get(), index, value);
}

Code Statement::bind(int index, std::string_view value) {
    // A null pointer would be NULL; an empty text is not.
    const char* data = value.data() == nullptr ? "" : value.data();
    return sqlite3_bind_text64(
        statement_.get(), index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8
    );
}

Code Statement::bind(int index, ByteView value) {
    if (value.empty()) return sqlite3_bind_zeroblob(statement_.get(), index, 0);
    return sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), SQLITE_STATIC);
}

Rows::~Rows() {
    // It repeats the error of the last step, which was looked at when it happened.
    if (statement_ != nullptr) static_cast<void>(sqlite3_reset(statement_));
}

Step Rows::step() {
    if (code_ != SQLITE_OK && code_ != SQLITE_ROW) return step_of(code_);
    code_ = sqlite3_step(statement_);
    return step_of(code_);
}

Ran Rows::run_to_end(const Connection& connection) {
    const auto ended = step();
    LATCHKEY_ASSERT(ended != Step::row);
    return {.step = ended, .rows = sqlite3_changes64(connection.handle())};
}

bool Rows::next() {
    switch (step()) {
        case Step::row:
            return true;
        case Step::done:
            return false;
        default:
            throw ReadFailed{code_};
    }
}

bool Rows::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Rows::expect_type(int column, int type) const {
    if (sqlite3_column_type(statement_, column) != type) fail_corrupt();
}

std::int64_t Rows::integer(int column) const {
    expect_type(column, SQLITE_INTEGER);
    return sqlite3_column_int64(statement_, column);
}

std::uint32_t Rows::unsigned_integer(int column) const {
    const auto value = integer(column);
    if (value < 0 || value > std::numeric_limits<std::uint32_t>::max()) fail_corrupt();
    return static_cast<std::uint32_t>(value);
}

bool Rows::boolean(int column) const {
    return integer(column) != 0;
}

std::string Rows::text(int column) const {
    expect_type(column, SQLITE_TEXT);
    const auto* data = sqlite3_column_text(statement_, column);
    if (data == nullptr) throw ReadFailed{SQLITE_NOMEM};
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return std::string(latchkey::text_of(std::as_bytes(std::span(data, size))));
}

Bytes Rows::blob(int column) const {
    expect_type(column, SQLITE_BLOB);
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    if (data == nullptr && size != 0) throw ReadFailed{SQLITE_NOMEM};
    return {data, data + size};
}

void Rows::copy_exactly(int column, std::span<std::byte> out) const {
    expect_type(column, SQLITE_BLOB);
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    if (data == nullptr || size != out.size()) fail_corrupt();
    std::copy_n(data, size, out.begin());
}

TimePoint Rows::time(int column) const {
    return from_milliseconds(integer(column));
}

std::optional<TimePoint> Rows::optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional(time(column));
}

void Rows::fail_corrupt() {
    throw ReadFailed{SQLITE_CORRUPT};
}

}  // namespace latchkey::store::sqlite
