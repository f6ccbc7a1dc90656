// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "support/failures.hpp"

#include "latchkey/result.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <span>

#include <elf.h>
#include <link.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/mman.h>
#include <unistd.h>

namespace latchkey::test {
namespace {

struct Countdown {
    std::size_t left = 0;  // 0: not armed
    bool has_failed = false;

    bool is_due() {
        if (left == 0) return false;
        --left;
        if (left != 0) return false;
        has_failed = true;
        return true;
    }
};

// One thread only. The array is constant-initialised: operator new runs before main.
constinit std::array<Countdown, 3> countdowns{};

bool is_due(Failing kind) {
    return countdowns.at(static_cast<std::size_t>(kind)).is_due();
}

void* openssl_allocate(std::size_t size, const char*, int) {
    return is_due(Failing::openssl_allocation) ? nullptr : std::malloc(size);
}

void* openssl_reallocate(void* memory, std::size_t size, const char*, int) {
    return is_due(Failing::openssl_allocation) ? nullptr : std::realloc(memory, size);
}

void openssl_free(void* memory, const char*, int) {
    std::free(memory);
}

/// A function of OpenSSL that answers 0 or nullptr when its turn has come.
template <auto Function>
struct Wrapped;

template <class Answer, class... Arguments, Answer (*Function)(Arguments...)>
struct Wrapped<Function> {
    static inline Answer (*original)(Arguments...) = nullptr;

    static Answer call(Arguments... arguments) {
        return is_due(Failing::openssl_call) ? Answer{} : original(arguments...);
    }
};

struct Wrapper {
    const char* name;
    void* replacement;
    void** original;
};

template <auto Function>
Wrapper wrap(const char* name) {
    return {
        name,
        reinterpret_cast<void*>(&Wrapped<Function>::call),
        reinterpret_cast<void**>(&Wrapped<Function>::original)
    };
}

/// What src/crypto calls on the way of a verification and what can fail there.
const std::array wrappers{
    wrap<&ASN1_STRING_to_UTF8>("ASN1_STRING_to_UTF8"),
    wrap<&BN_bin2bn>("BN_bin2bn"),
    wrap<&EC_GROUP_new_by_curve_name>("EC_GROUP_new_by_curve_name"),
    wrap<&EC_POINT_new>("EC_POINT_new"),
    wrap<&EC_POINT_oct2point>("EC_POINT_oct2point"),
    wrap<&EC_POINT_point2oct>("EC_POINT_point2oct"),
    wrap<&EVP_DigestFinal_ex>("EVP_DigestFinal_ex"),
    wrap<&EVP_DigestInit_ex2>("EVP_DigestInit_ex2"),
    wrap<&EVP_DigestUpdate>("EVP_DigestUpdate"),
    wrap<&EVP_DigestVerify>("EVP_DigestVerify"),
    wrap<&EVP_DigestVerifyInit_ex>("EVP_DigestVerifyInit_ex"),
    wrap<&EVP_MD_CTX_new>("EVP_MD_CTX_new"),
    wrap<&EVP_MD_fetch>("EVP_MD_fetch"),
    wrap<&EVP_PKEY_CTX_new_from_name>("EVP_PKEY_CTX_new_from_name"),
    wrap<&EVP_PKEY_CTX_new_from_pkey>("EVP_PKEY_CTX_new_from_pkey"),
    wrap<&EVP_PKEY_CTX_set_rsa_padding>("EVP_PKEY_CTX_set_rsa_padding"),
    wrap<&EVP_PKEY_CTX_set_rsa_pss_saltlen>("EVP_PKEY_CTX_set_rsa_pss_saltlen"),
    wrap<&EVP_PKEY_fromdata>("EVP_PKEY_fromdata"),
    wrap<&EVP_PKEY_fromdata_init>("EVP_PKEY_fromdata_init"),
    wrap<&EVP_PKEY_get_bn_param>("EVP_PKEY_get_bn_param"),
    wrap<&EVP_PKEY_get_group_name>("EVP_PKEY_get_group_name"),
    wrap<&EVP_PKEY_get_raw_public_key>("EVP_PKEY_get_raw_public_key"),
    wrap<&EVP_PKEY_is_a>("EVP_PKEY_is_a"),
    wrap<&EVP_PKEY_new_raw_public_key_ex>("EVP_PKEY_new_raw_public_key_ex"),
    wrap<&EVP_PKEY_set1_encoded_public_key>("EVP_PKEY_set1_encoded_public_key"),
    wrap<&EVP_PKEY_verify>("EVP_PKEY_verify"),
    wrap<&EVP_PKEY_verify_init>("EVP_PKEY_verify_init"),
    wrap<&OBJ_txt2obj>("OBJ_txt2obj"),
    wrap<&OSSL_PARAM_BLD_new>("OSSL_PARAM_BLD_new"),
    wrap<&OSSL_PARAM_BLD_push_BN>("OSSL_PARAM_BLD_push_BN"),
    wrap<&OSSL_PARAM_BLD_to_param>("OSSL_PARAM_BLD_to_param"),
    wrap<&X509_STORE_CTX_init>("X509_STORE_CTX_init"),
    wrap<&X509_STORE_CTX_new>("X509_STORE_CTX_new"),
    wrap<&X509_STORE_add_cert>("X509_STORE_add_cert"),
    wrap<&X509_STORE_new>("X509_STORE_new"),
    wrap<&X509_get0_pubkey>("X509_get0_pubkey"),
    wrap<&X509_get_ext_d2i>("X509_get_ext_d2i"),
    wrap<&X509_verify_cert>("X509_verify_cert"),
    wrap<&d2i_X509>("d2i_X509"),
};

/// The tables of the program from which the dynamic linker filled its slots.
struct Tables {
    std::uintptr_t base = 0;
    const char* names = nullptr;
    const ElfW(Sym) * symbols = nullptr;
    std::array<std::span<const ElfW(Rela)>, 2> relocations{};
};

std::size_t patched = 0;

void patch(const Tables& tables, const ElfW(Rela) & relocation) {
    const ElfW(Sym)& symbol = tables.symbols[ELF64_R_SYM(relocation.r_info)];
    for (const Wrapper& wrapper : wrappers) {
        if (std::strcmp(tables.names + symbol.st_name, wrapper.name) != 0) continue;
        auto* slot = reinterpret_cast<void**>(tables.base + relocation.r_offset);
        const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
        auto* start = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(slot) & ~(page - 1));
        LATCHKEY_ASSERT(mprotect(start, page, PROT_READ | PROT_WRITE) == 0);
        if (*wrapper.original == nullptr) ++patched;
        *wrapper.original = *slot;
        *slot = wrapper.replacement;
    }
}

/// What a dynamic section, which ends with DT_NULL, says.
Tables tables_in(const ElfW(Dyn) * entry, ElfW(Addr) base) {
    Tables tables{.base = base};
    std::array<const ElfW(Rela)*, 2> starts{};
    std::array<std::size_t, 2> sizes{};
    for (; entry->d_tag != DT_NULL; ++entry) {
        const auto* address = reinterpret_cast<const void*>(entry->d_un.d_ptr);
        if (entry->d_tag == DT_STRTAB) tables.names = static_cast<const char*>(address);
        if (entry->d_tag == DT_SYMTAB) tables.symbols = static_cast<const ElfW(Sym)*>(address);
        if (entry->d_tag == DT_JMPREL) starts[0] = static_cast<const ElfW(Rela)*>(address);
        if (entry->d_tag == DT_RELA) starts[1] = static_cast<const ElfW(Rela)*>(address);
        if (entry->d_tag == DT_PLTRELSZ) sizes[0] = entry->d_un.d_val;
        if (entry->d_tag == DT_RELASZ) sizes[1] = entry->d_un.d_val;
    }
    for (std::size_t i = 0; i < starts.size(); ++i) {
        tables.relocations.at(i) = {starts.at(i), sizes.at(i) / sizeof(ElfW(Rela))};
    }
    return tables;
}

/// The first object that is reported is the program itself.
int patch_program(dl_phdr_info* program, std::size_t, void*) {
    for (const auto& header : std::span(program->dlpi_phdr, program->dlpi_phnum)) {
        if (header.p_type != PT_DYNAMIC) continue;
        const auto* section =
            reinterpret_cast<const ElfW(Dyn)*>(program->dlpi_addr + header.p_vaddr);
        const Tables tables = tables_in(section, program->dlpi_addr);
        for (const auto& relocations : tables.relocations) {
            for (const auto& relocation : relocations) {
                patch(tables, relocation);
            }
        }
    }
    return 1;
}

}  // namespace

void install_failures() {
    LATCHKEY_ASSERT(
        CRYPTO_set_mem_functions(openssl_allocate, openssl_reallocate, openssl_free) == 1
    );
    dl_iterate_phdr(patch_program, nullptr);
}

bool with_failure(Failing kind, std::size_t n, const std::function<void()>& body) noexcept {
    Countdown& countdown = countdowns.at(static_cast<std::size_t>(kind));
    countdown = {.left = n};
    body();
    countdown.left = 0;
    return countdown.has_failed;
}

std::size_t failing_calls() {
    return patched;
}

}  // namespace latchkey::test

void* operator new(std::size_t size) {
    using latchkey::test::Failing;
    void* memory =
        latchkey::test::is_due(Failing::allocation) ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
