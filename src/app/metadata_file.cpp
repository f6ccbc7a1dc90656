// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/metadata_file.hpp"

#include "app/config.hpp"
#include "app/files.hpp"
#include "app/log.hpp"
#include "app/origin.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/try.hpp"
#include "latchkey/bytes.hpp"
#include "latchkey/result.hpp"
#include "latchkey/webauthn/metadata.hpp"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace latchkey::app {
namespace {

constexpr std::size_t certificates_limit = 1'048'576;  // bytes of a PEM file
constexpr std::size_t blob_limit = 33'554'433;         // one more than a BLOB may have
constexpr std::string_view serial_setting = "metadata_serial";
constexpr std::chrono::hours between_warnings{24};

/// The base64 of a PEM block without its line ends.
std::string joined(std::string_view lines) {
    std::string text;
    for (const char c : lines) {
        if (c != '\n' && c != '\r') text += c;
    }
    return text;
}

Wrong not_a_certificate(const std::string& path) {
    return {
        fmt::format("names {}, which holds no certificate", path),
        "use a PEM file: -----BEGIN CERTIFICATE----- and so on"
    };
}

std::uint64_t serial_from(const std::optional<std::string>& text) {
    std::uint64_t serial = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), serial);
    return serial;
}

}  // namespace

Result<std::vector<Bytes>, Wrong> read_certificates(const std::string& path) {
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    const auto content = TRY(read_file(path, certificates_limit, Readers::anyone));
    std::string_view rest = content.reveal();
    std::vector<Bytes> certificates;
    while (true) {
        const std::size_t start = rest.find(begin);
        if (start == std::string_view::npos) break;
        rest.remove_prefix(start + begin.size());
        const std::size_t stop = rest.find(end);
        if (stop == std::string_view::npos) return Fail{not_a_certificate(path)};
        auto der = base64_decode(joined(rest.substr(0, stop)));
        if (!der) return Fail{not_a_certificate(path)};
        certificates.push_back(*std::move(der));
        rest.remove_prefix(stop + end.size());
    }
    if (certificates.empty()) return Fail{not_a_certificate(path)};
    return certificates;
}

Result<webauthn::Metadata, Wrong> read_metadata(
    const MetadataConfig& config, std::uint64_t serial_min, TimePoint now
) {
    const auto blob = TRY(read_file(config.file, blob_limit, Readers::anyone));
    const webauthn::MetadataTrust trust{
        .roots = TRY(read_certificates(config.root)),
        .signer = config.signer,
        .serial_min = serial_min
    };
    auto metadata = webauthn::Metadata::verify(blob.reveal(), trust, now);
    if (!metadata) {
        return Fail{Wrong{
            fmt::format(
                "{} is no metadata that can be used: {}", config.file, name_of(metadata.error())
            ),
            "get the BLOB anew from https://mds3.fidoalliance.org/; docs/operating/metadata.md "
            "says "
            "what each word means"
        }};
    }
    return std::move(metadata).value();
}

void MetadataFile::refresh() {
    if (parts_.config.file.empty()) return;
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(parts_.config.file, error);
    const TimePoint now = parts_.clock.now();
    if (error || seen_ != changed) {
        // A file that is not there is told once, until it is.
        const bool is_news = !error || !seen_ || *seen_ != std::filesystem::file_time_type::min();
        seen_ = error ? std::filesystem::file_time_type::min() : changed;
        if (!is_news) return;
        auto metadata = read_metadata(
            parts_.config, serial_from(parts_.store.find_setting(serial_setting)), now
        );
        if (metadata) {
            take(std::move(metadata).value());
        } else {
            parts_.log.write(
                LogLevel::error, "metadata_not_read", {{"reason", metadata.error().what}}
            );
        }
    }
    const bool is_stale =
        next_update_ != std::chrono::sys_days() && now >= next_update_ + std::chrono::days(1);
    if (is_stale && (!stale_told_ || now >= *stale_told_ + between_warnings)) {
        stale_told_ = now;
        parts_.log.write(
            LogLevel::warning,
            "metadata_stale",
            {{"reason", "the day by which a newer BLOB was due is over"}}
        );
    }
}

void MetadataFile::take(webauthn::Metadata metadata) {
    const std::uint64_t serial = metadata.serial();
    if (!parts_.store.save_setting(serial_setting, fmt::format("{}", serial))) {
        parts_.log.write(LogLevel::error, "metadata_serial_not_saved", {});
    }
    next_update_ = metadata.next_update();
    stale_told_.reset();
    parts_.log.write(
        LogLevel::info,
        "metadata_read",
        {{"serial", static_cast<std::int64_t>(serial)},
         {"models", static_cast<std::int64_t>(metadata.entries().size())}}
    );
    parts_.policy.replace_metadata(std::make_shared<const webauthn::Metadata>(std::move(metadata)));
}

}  // namespace latchkey::app
