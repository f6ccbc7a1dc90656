// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
//
// `latchkey metadata`, and what `latchkey doctor` says of the BLOB, of the real program.
#include "app/key_check.hpp"
#include "app/key_file.hpp"
#include "app/program.hpp"
#include "app/system_clock.hpp"
#include "base/json.hpp"
#include "latchkey/webauthn/types.hpp"
#include "store/samples.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/certificates.hpp"
#include "support/metadata.hpp"
#include "support/private_key.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace latchkey::app {
namespace {

using test::contains;
using test::Finished;
using test::MetadataSigner;
using test::Program;
using webauthn::CoseAlgorithm;

const webauthn::Aaguid model(std::array<std::byte, 16>{std::byte{0xd8}, std::byte{0x52}});

/// Whose certificates are valid today: the program looks at the clock of the machine.
MetadataSigner signer_of_today() {
    const auto now = SystemClock().now();
    const auto of_today = [now](test::CertificateFields fields) {
        fields.not_before = now - std::chrono::hours(24);
        fields.not_after = now + std::chrono::hours(24);
        return fields;
    };
    const auto root = test::make_root(
        of_today(test::authority_fields("Root of Today")),
        test::PrivateKey::make(CoseAlgorithm::es256, 7'100)
    );
    const auto leaf = test::issue(
        root,
        of_today(test::host_fields("mds.example.org")),
        test::PrivateKey::make(CoseAlgorithm::es256, 7'101)
    );
    return {.root = root, .leaf = leaf};
}

/// A BLOB of a certified model with an AAGUID, and of a revoked one of FIDO U2F.
std::string blob_of(const MetadataSigner& signer, std::string_view next_update) {
    json::Value payload = test::metadata_payload(
        {{.aaguid = model, .description = "Key\x1b[2J", .reports = {{.status = "FIDO_CERTIFIED_L2"}}
         },
         {.key_ids = {std::string(40, 'a')}, .reports = {{.status = "REVOKED"}}}}
    );
    payload.set("nextUpdate", next_update);
    return signer.sign(payload);
}

/// The files of a metadata service, and the program that looks at them.
struct Service {
    test::TemporaryFolder folder;
    MetadataSigner signer = signer_of_today();
    std::string root = folder.write("root.pem", test::pem_of(signer.root.certificate));
    std::string blob = folder.write("blob.jwt", blob_of(signer, "2999-01-01"));

    [[nodiscard]] Finished run(const std::string& command, const std::string& vouches_for_it)
        const {
        return test::run(
            {.arguments =
                 {LATCHKEY_BINARY,
                  "metadata",
                  command,
                  blob,
                  "--root",
                  vouches_for_it,
                  "--signer",
                  signer.host},
             .environment = {},
             .folder = {}}
        );
    }

    /// [metadata] of a configuration.
    [[nodiscard]] std::string section() const {
        return "[metadata]\nfile = \"" + blob + "\"\nroot = \"" + root + "\"\nsigner = \"" +
               signer.host + "\"\n";
    }
};

/// Accounts with a synced passkey of ES256 each, without an attestation.
void add_people(const Program& program, int people) {
    const SystemClock clock;
    auto store =
        store::SqliteStore::open({.path = program.data() + "/latchkey.db", .clock = &clock});
    REQUIRE(store.has_value());
    const auto keys = load_key_file(program.data() + "/key");
    REQUIRE(keys.has_value());
    (*store)->use_keys(*app::store_keys(*keys, (*store)->find_setting(app::audit_key_setting)));
    for (int i = 0; i < people; ++i) {
        test::sign_up(**store);
    }
}

}  // namespace

TEST_CASE("metadata check says what a BLOB is worth, and whether it is overdue") {
    const Service service;
    const Finished checked = service.run("check", service.root);
    CAPTURE(checked.err);
    CHECK(checked.status == 0);
    CHECK(contains(checked.out, "serial number  42\n"));
    CHECK(contains(checked.out, "next update    2999-01-01\n"));
    CHECK(contains(checked.out, "models         2, 1 with a warning\n"));
    CHECK(contains(checked.out, "terms of use   For tests.\n"));

    static_cast<void>(service.folder.write("blob.jwt", blob_of(service.signer, "2020-01-01")));
    CHECK(contains(service.run("check", service.root).out, "2020-01-01 (over: get a newer one)\n"));
}

TEST_CASE("metadata check refuses a BLOB that nobody vouches for, with the reason") {
    const Service service;
    const std::string other =
        service.folder.write("other.pem", test::pem_of(MetadataSigner::make().root.certificate));
    const Finished checked = service.run("check", other);
    CHECK(checked.status != 0);
    CHECK(checked.out.empty());
    CHECK(contains(checked.err, "signer_not_trusted"));
    CHECK(service.run("show", other).status != 0);
}

TEST_CASE("metadata show lists models with level and warnings, and prints no control characters") {
    const Service service;
    const Finished shown = service.run("show", service.root);
    CAPTURE(shown.err);
    CHECK(shown.status == 0);
    CHECK(contains(shown.out, "d8520000-0000-0000-0000-000000000000      L2    Key"));
    CHECK(contains(shown.out, std::string(40, 'a') + "  none  Software Authenticator  REVOKED\n"));
    CHECK_FALSE(contains(shown.out, "\x1b"));
}

TEST_CASE("metadata try counts what a stricter policy would refuse, and changes nothing") {
    const Service service;
    Program program("", "[passkeys]\nstorage = \"device\"\n" + service.section());
    program.start();
    REQUIRE(program.stop() == 0);
    add_people(program, 105);  // more than one request brings
    for (const bool is_running : {false, true}) {
        CAPTURE(is_running);
        if (is_running) program.start();
        const Finished tried = program.command({"metadata", "try"});
        CAPTURE(tried.err);
        CHECK(tried.status == 0);
        CHECK(contains(tried.out, "105 passkeys\n"));
        CHECK(contains(tried.out, "synced_credential                       105  100.0 %\n"));
        CHECK(contains(tried.out, "could be added again                      0    0.0 %\n"));
    }
    program.replace_in_config("storage = \"device\"", "storage = \"any\"");
    CHECK(contains(
        program.command({"metadata", "try"}).out,
        "could be added again                    105  100.0 %\n"
    ));
}

TEST_CASE("doctor says when the next BLOB is due, that it is overdue, or that it is none") {
    const Service service;
    const Program program("", service.section());
    CHECK(contains(
        program.command({"doctor"}).out, "ok    metadata: 2 models; the next is due on 2999-01-01\n"
    ));
    static_cast<void>(service.folder.write("blob.jwt", blob_of(service.signer, "2020-01-01")));
    CHECK(contains(program.command({"doctor"}).out, "look  metadata: 2 models"));
    static_cast<void>(service.folder.write("blob.jwt", "nonsense"));
    const Finished found = program.command({"doctor"});
    CHECK(contains(found.out, "mend  metadata: "));
    CHECK(contains(found.out, "not_a_blob"));
}

}  // namespace latchkey::app
