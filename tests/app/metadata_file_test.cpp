// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/metadata_file.hpp"

#include "app/config.hpp"
#include "app/log.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/options.hpp"
#include "pages/passkey_policy.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/certificates.hpp"
#include "support/fixed_clock.hpp"
#include "support/metadata.hpp"
#include "support/process.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

namespace latchkey::app {
namespace {

using test::MetadataSigner;
using test::TemporaryFolder;

/// A folder with the root of a metadata service, a database, and what reads the BLOB.
struct Scene {
    TemporaryFolder folder;
    MetadataSigner signer = MetadataSigner::make();
    test::FixedClock clock{test::certificate_time};
    MetadataConfig config{
        .file = folder.file("blob.jwt"),
        .root = folder.write("root.pem", "# ours\n" + test::pem_of(signer.root.certificate)),
        .signer = signer.host
    };
    std::unique_ptr<store::Store> store =
        store::SqliteStore::open({.path = folder.file("latchkey.db"), .clock = &clock}).value();
    int descriptor = ::open(folder.file("log").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    Log log{descriptor, LogLevel::debug, clock};
    pages::PasskeyPolicy policy{webauthn::RegistrationPolicy{}};
    MetadataFile file = make();
    int writes = 0;

    Scene() = default;
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;
    Scene(Scene&&) = delete;
    Scene& operator=(Scene&&) = delete;

    ~Scene() { ::close(descriptor); }

    [[nodiscard]] MetadataFile make() {
        return MetadataFile(
            {.config = config, .store = *store, .policy = policy, .log = log, .clock = clock}
        );
    }

    /// A new BLOB in the place of the old one, with a time of change of its own.
    void put(std::string_view blob) {
        static_cast<void>(folder.write("blob.jwt", blob));
        const auto time = std::filesystem::last_write_time(config.file);
        std::filesystem::last_write_time(config.file, time + std::chrono::seconds(++writes));
    }

    void put_serial(int serial) {
        json::Value payload = test::metadata_payload({{.key_ids = {std::string(40, 'a')}}});
        payload.set("no", serial);
        put(signer.sign(payload));
    }

    /// The serial number of what is known now; -1: nothing is.
    [[nodiscard]] int known() const {
        const auto metadata = policy.current()->metadata;
        return metadata == nullptr ? -1 : static_cast<int>(metadata->serial());
    }

    [[nodiscard]] bool has_logged(std::string_view text) {
        log.flush();
        return test::read_file(folder.file("log")).find(text) != std::string::npos;
    }
};

}  // namespace

TEST_CASE("Metadata: a BLOB is read at start, and again when it has changed") {
    Scene scene;
    scene.put_serial(7);
    scene.file.refresh();
    CHECK(scene.known() == 7);
    scene.put_serial(8);
    scene.file.refresh();
    CHECK(scene.known() == 8);
    CHECK(scene.has_logged("metadata_read"));
    CHECK_FALSE(scene.has_logged("metadata_not_read"));
}

TEST_CASE("Metadata: a BLOB that cannot be used is told, and what was known stays") {
    Scene scene;
    scene.put_serial(7);
    scene.file.refresh();
    scene.put("nonsense");
    scene.file.refresh();
    CHECK(scene.known() == 7);
    CHECK(scene.has_logged("not_a_blob"));
    std::filesystem::remove(scene.config.file);
    scene.file.refresh();
    CHECK(scene.known() == 7);
    scene.put_serial(9);
    scene.file.refresh();
    CHECK(scene.known() == 9);
}

TEST_CASE("Metadata: an older serial number never comes back, also after a restart") {
    Scene scene;
    scene.put_serial(7);
    scene.file.refresh();
    scene.put_serial(6);
    scene.file.refresh();
    CHECK(scene.known() == 7);
    CHECK(scene.has_logged("serial_went_back"));
    scene.policy.replace_metadata(nullptr);
    MetadataFile restarted = scene.make();
    restarted.refresh();
    CHECK(scene.known() == -1);
    scene.put_serial(7);
    restarted.refresh();
    CHECK(scene.known() == 7);
}

TEST_CASE("Metadata: a BLOB past its day is told once a day, and stays in use") {
    Scene scene;
    scene.put_serial(7);
    scene.file.refresh();
    CHECK_FALSE(scene.has_logged("metadata_stale"));
    scene.clock.advance(std::chrono::hours(24 * 31));
    scene.file.refresh();
    CHECK(scene.known() == 7);
    CHECK(scene.has_logged("metadata_stale"));
}

TEST_CASE("Metadata: a file without certificates vouches for nothing, in words") {
    const TemporaryFolder folder;
    for (const std::string_view content :
         {"",
          "-----BEGIN CERTIFICATE-----\nAAAA",
          "-----BEGIN CERTIFICATE-----\n*\n-----END "
          "CERTIFICATE-----"}) {
        const auto read = read_certificates(folder.write("root.pem", content));
        REQUIRE_FALSE(read);
        CHECK(read.error().what.find("holds no certificate") != std::string::npos);
    }
    CHECK_FALSE(read_certificates(folder.file("missing.pem")));
}

}  // namespace latchkey::app
