// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "bench/allocations.hpp"

#include "latchkey/result.hpp"

#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

namespace latchkey::bench {
namespace {

Allocations counted;

void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
    ++counted.openssl;
    return std::malloc(size);
}

void* reallocate(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    ++counted.openssl;
    return std::realloc(memory, size);
}

void give_back(void* memory, const char* /*file*/, int /*line*/) {
    std::free(memory);
}

}  // namespace

void count_allocations() {
    LATCHKEY_ASSERT(CRYPTO_set_mem_functions(allocate, reallocate, give_back) == 1);
}

Allocations allocations() {
    return counted;
}

}  // namespace latchkey::bench

void* operator new(std::size_t size) {
    ++latchkey::bench::counted.ours;
    void* memory = std::malloc(size);
    LATCHKEY_ASSERT(memory != nullptr);
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
