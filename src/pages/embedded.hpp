// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The files of web/ that are linked into the program: the layout of the tables that
/// scripts/embed_assets writes (64-bit targets).
namespace latchkey::pages::embedded {

struct Blob {
    const char* data;
    std::uint64_t size;

    [[nodiscard]] std::string_view view() const { return {data, size}; }
};

/// A file that browsers fetch under /assets/.
struct Asset {
    const char* logical_name;  // "app.css"
    const char* name;          // "app-16f18fa8030ce5e2.css": changes with the content
    const char* content_type;
    const char* hash;  // 16 hexadecimal digits of the SHA-256 of the plain content
    Blob plain;
    Blob gzip;
    Blob brotli;
};

/// A template, mail or catalogue of texts.
struct Source {
    const char* name;  // "templates/sign_in.mustache"
    Blob content;
};

static_assert(sizeof(Asset) == 80 && sizeof(Source) == 24, "embed_assets writes 8-byte cells");

std::span<const Asset> assets();
std::span<const Source> sources();

}  // namespace latchkey::pages::embedded
