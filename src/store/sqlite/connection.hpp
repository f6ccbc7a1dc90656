// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "base/clock.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/strong.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// The thin layer over SQLite's C interface: connections, prepared statements, typed values.
/// Nothing here is shared between threads without a lock of the caller's.
namespace latchkey::store::sqlite {

/// A result code of SQLite, extended (https://www.sqlite.org/rescode.html).
using Code = int;

enum class Access : std::uint8_t { read_only, read_write };

struct ConnectionOptions {
    std::string path;
    Access access = Access::read_only;
    std::string vfs;  // registered name; empty: SQLite's own
};

/// One connection to a database that exists. Closes itself. Every statement made from it goes
/// first.
class Connection {
public:
    /// Opens the file with the settings that every connection of ours has: foreign keys are
    /// enforced, the schema is not trusted, deleted content is overwritten, a lock of another
    /// process is waited for at most five seconds. The code tells why it could not.
    static Result<std::unique_ptr<Connection>, Code> open(const ConnectionOptions& options);

    /// Takes over a handle that was opened.
    explicit Connection(sqlite3* handle) : handle_(handle) {}

    /// Runs statements that answer nothing. `sql` is a constant of ours, never built from values.
    [[nodiscard]] Code execute(const char* sql);

    /// Whether a transaction is open. SQLite rolls one back by itself after some errors.
    [[nodiscard]] bool in_transaction() const;

    /// Rows that were inserted, changed or deleted since it was opened, cascades included; also
    /// those of statements that failed in the end.
    [[nodiscard]] std::int64_t changes() const;

    /// What SQLite says about its last error, in English, for the log.
    [[nodiscard]] std::string message() const;

    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

private:
    struct Closer {
        void operator()(sqlite3* handle) const;
    };

    std::unique_ptr<sqlite3, Closer> handle_;
};

/// How one step of a statement ended.
enum class Step : std::uint8_t {
    row,        // a row can be read
    done,       // no more rows; the statement's changes are made
    conflict,   // a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint forbids it
    violation,  // a CHECK, NOT NULL or type constraint forbids it: a value that should never be
    failed,     // anything else: full disk, I/O error, lock, corruption; Rows::code says which
};

/// Maps a result code of sqlite3_step.
Step step_of(Code code);

/// How a statement that answers no rows ended.
struct Ran {
    Step step = Step::failed;
    std::int64_t rows = 0;  // inserted, changed or deleted by it
};

class Rows;

/// A statement that is prepared at its first use and kept until its connection closes.
class Statement {
public:
    /// `sql` is a constant with parameters ?1, ?2, ... and outlives the statement.
    Statement(Connection& connection, const char* sql) : connection_(connection), sql_(sql) {}

    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement(Statement&&) = delete;
    Statement& operator=(Statement&&) = delete;
    ~Statement() = default;

    /// Binds the values to ?1, ?2, ... The values must live as long as the Rows.
    template <class... Values>
    [[nodiscard]] Rows query(const Values&... values);

    /// Runs to the end; for statements that answer no rows.
    template <class... Values>
    [[nodiscard]] Ran run(const Values&... values);

private:
    friend class Rows;

    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const;
    };

    Code prepare();

    Code bind(int index, std::nullptr_t);
    Code bind(int index, std::int64_t value);
    Code bind(int index, std::string_view value);
    Code bind(int index, ByteView value);

    Code bind(int index, bool value) { return bind(index, std::int64_t{value ? 1 : 0}); }

    Code bind(int index, std::uint32_t value) { return bind(index, std::int64_t{value}); }

    Code bind(int index, std::int32_t value) { return bind(index, std::int64_t{value}); }

    Code bind(int index, TimePoint value) { return bind(index, to_milliseconds(value)); }

    Code bind(int index, const std::string& value) { return bind(index, std::string_view(value)); }

    Code bind(int index, const Bytes& value) { return bind(index, ByteView(value)); }

    template <std::size_t Size>
    Code bind(int index, const std::array<std::byte, Size>& value) {
        return bind(index, ByteView(value));
    }

    template <class Tag, class Value>
    Code bind(int index, const Strong<Tag, Value>& value) {
        return bind(index, value.value());
    }

    template <class Value>
    Code bind(int index, const std::optional<Value>& value) {
        return value ? bind(index, *value) : bind(index, nullptr);
    }

    template <class... Values>
    Code bind_all(const Values&... values);

    Connection& connection_;
    const char* sql_;
    std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

/// One run of a statement, row by row. Gives the statement back when it goes.
/// Reading a column that holds another type than asked for, or NULL where a value must stand,
/// throws ReadFailed: the database is not what our schema says.
class Rows {
public:
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    Rows(Rows&&) = delete;
    Rows& operator=(Rows&&) = delete;
    ~Rows();

    [[nodiscard]] Step step();

    /// Whether there is one more row. Throws ReadFailed if it cannot be known.
    [[nodiscard]] bool next();

    [[nodiscard]] Code code() const { return code_; }

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint32_t unsigned_integer(int column) const;
    [[nodiscard]] bool boolean(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] TimePoint time(int column) const;
    [[nodiscard]] std::optional<TimePoint> optional_time(int column) const;

    template <std::size_t Size>
    [[nodiscard]] std::array<std::byte, Size> fixed(int column) const {
        std::array<std::byte, Size> out{};
        copy_exactly(column, out);
        return out;
    }

    template <class Id>
    [[nodiscard]] Id id(int column) const {
        return Id(integer(column));
    }

    template <class Id>
    [[nodiscard]] std::optional<Id> optional_id(int column) const {
        return is_null(column) ? std::nullopt : std::optional(Id(integer(column)));
    }

    /// An enumerator whose values run from 0 to `last`.
    template <class Enum>
    [[nodiscard]] Enum enumerator(int column, Enum last) const {
        const auto value = unsigned_integer(column);
        if (value > static_cast<std::uint32_t>(last)) fail_corrupt();
        return static_cast<Enum>(value);
    }

    /// Throws ReadFailed: a row holds what our schema does not allow.
    [[noreturn]] static void fail_corrupt();

private:
    friend class Statement;

    /// `code`: of preparing and binding.
    Rows(sqlite3_stmt* statement, Code code) : statement_(statement), code_(code) {}

    Ran run_to_end(const Connection& connection);
    void expect_type(int column, int type) const;
    void copy_exactly(int column, std::span<std::byte> out) const;

    sqlite3_stmt* statement_;
    Code code_;
};

template <class... Values>
Code Statement::bind_all(const Values&... values) {
    Code code = prepare();
    int index = 0;
    // The first failure stays; SQLITE_OK is 0.
    [[maybe_unused]] const auto bind_next = [&](const auto& value) {
        if (code == 0) code = bind(++index, value);
    };
    (bind_next(values), ...);
    return code;
}

template <class... Values>
Rows Statement::query(const Values&... values) {
    const Code code = bind_all(values...);
    return {statement_.get(), code};
}

template <class... Values>
Ran Statement::run(const Values&... values) {
    const Code code = bind_all(values...);
    return Rows(statement_.get(), code).run_to_end(connection_);
}

}  // namespace latchkey::store::sqlite
