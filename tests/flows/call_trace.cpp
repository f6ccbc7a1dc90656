// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "flows/call_trace.hpp"

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace latchkey::test {
namespace {

struct Trace {
    std::mutex mutex;
    bool is_on = false;               // guarded by mutex, as all below
    std::vector<std::string> crypto;  // by the handlers' threads and the writer's
    std::vector<std::string> sql;
};

Trace& trace() {
    static Trace the_trace;
    return the_trace;
}

void note_crypto(const char* name) {
    const std::scoped_lock lock(trace().mutex);
    if (trace().is_on) trace().crypto.emplace_back(name);
}

void note_sql(const char* statement) {
    const std::scoped_lock lock(trace().mutex);
    if (trace().is_on) trace().sql.emplace_back(statement == nullptr ? "" : statement);
}

}  // namespace

CallTrace::CallTrace() {
    const std::scoped_lock lock(trace().mutex);
    trace().is_on = true;
    trace().crypto.clear();
    trace().sql.clear();
}

CallTrace::~CallTrace() {
    const std::scoped_lock lock(trace().mutex);
    trace().is_on = false;
}

std::vector<std::string> CallTrace::crypto() {
    const std::scoped_lock lock(trace().mutex);
    return trace().crypto;
}

std::vector<std::string> CallTrace::sql() {
    const std::scoped_lock lock(trace().mutex);
    return trace().sql;
}

}  // namespace latchkey::test

// The names are the linker's: __wrap_X is called where X was meant, __real_X is X. The types are
// those of the C interfaces, whose headers belong to other folders.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __real_EVP_MAC_final(void* context, unsigned char* out, std::size_t* size, std::size_t room);
int __real_EVP_DigestFinal_ex(void* context, unsigned char* out, unsigned* size);
int __real_EVP_EncryptFinal_ex(void* context, unsigned char* out, int* size);
int __real_EVP_DecryptFinal_ex(void* context, unsigned char* out, int* size);
int __real_RAND_priv_bytes_ex(void* library, unsigned char* out, std::size_t size, unsigned bits);
int __real_sqlite3_step(void* statement);
const char* sqlite3_sql(void* statement);

int __wrap_EVP_MAC_final(void* context, unsigned char* out, std::size_t* size, std::size_t room) {
    latchkey::test::note_crypto("EVP_MAC_final");
    return __real_EVP_MAC_final(context, out, size, room);
}

int __wrap_EVP_DigestFinal_ex(void* context, unsigned char* out, unsigned* size) {
    latchkey::test::note_crypto("EVP_DigestFinal_ex");
    return __real_EVP_DigestFinal_ex(context, out, size);
}

int __wrap_EVP_EncryptFinal_ex(void* context, unsigned char* out, int* size) {
    latchkey::test::note_crypto("EVP_EncryptFinal_ex");
    return __real_EVP_EncryptFinal_ex(context, out, size);
}

int __wrap_EVP_DecryptFinal_ex(void* context, unsigned char* out, int* size) {
    latchkey::test::note_crypto("EVP_DecryptFinal_ex");
    return __real_EVP_DecryptFinal_ex(context, out, size);
}

int __wrap_RAND_priv_bytes_ex(void* library, unsigned char* out, std::size_t size, unsigned bits) {
    latchkey::test::note_crypto("RAND_priv_bytes_ex");
    return __real_RAND_priv_bytes_ex(library, out, size, bits);
}

int __wrap_sqlite3_step(void* statement) {
    latchkey::test::note_sql(sqlite3_sql(statement));
    return __real_sqlite3_step(statement);
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
