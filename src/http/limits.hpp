// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include <chrono>
#include <cstddef>

/// The fixed limits of what the HTTP layer reads. What an operator may change is in ServerLimits.
namespace latchkey::http::limits {

inline constexpr std::size_t header_fields = 100;  // more: 431
inline constexpr std::size_t path_bytes = 2'048;   // before decoding; more: 414
inline constexpr std::size_t query_bytes = 8'192;  // before decoding; more: 414
inline constexpr std::size_t form_bytes = 65'536;  // before decoding
inline constexpr std::size_t form_fields = 32;     // of a query or a form
inline constexpr std::size_t cookies = 128;        // more: 431
inline constexpr std::size_t cookie_bytes =
    4'096;  // of one Set-Cookie of ours (RFC 6265 section 6.1)
inline constexpr std::size_t forwarded_hops = 32;       // proxies that one request may have passed
inline constexpr std::size_t chunk_line_bytes = 1'024;  // chunk-size line with its extensions
inline constexpr std::size_t logged_method_bytes = 16;  // of a method, in the access log
inline constexpr std::size_t read_bytes = 65'536;       // taken from a socket at once
inline constexpr std::size_t linger_bytes = 1'048'576;  // thrown away after an early answer
inline constexpr std::chrono::seconds linger_time{2};
inline constexpr int outcome_steps = 8;  // outcomes of one request; the ninth is answered with 500

}  // namespace latchkey::http::limits
