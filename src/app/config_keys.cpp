// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/config_keys.hpp"

#include <array>
#include <span>
#include <vector>

namespace latchkey::app {
namespace {

// In the order of the reference: what everyone sets comes first.
constexpr std::array first_table{
    Key{.name = "origin",
        .kind = ValueKind::text,
        .standard = "",
        .without = "must be set",
        .example = R"("https://id.example.com")",
        .meaning =
            "Where people reach Latchkey: scheme, host and port as their browsers show them. "
            "Every link in a page or a mail begins with it, whatever a request says. `http` "
            "is accepted for localhost only.",
        .apply = values::origin},
    Key{.name = "rp_id",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the host of `origin`",
        .example = R"("example.com")",
        .meaning =
            "The domain that passkeys belong to (WebAuthn's RP ID): the host of `origin` or a "
            "parent domain of it, but no public suffix like `co.uk`, where strangers have domains "
            "too. It is stored at the first start. Another value later would "
            "make every passkey useless, so Latchkey then refuses to start.",
        .apply = values::rp_id},
    Key{.name = "related_origins",
        .kind = ValueKind::list,
        .standard = "",
        .without = "none",
        .example = R"(["https://example.de", "https://example.fr"])",
        .meaning = "Other origins that may use the same passkeys; published at "
                   "`/.well-known/webauthn`, which must be reachable at the host of the RP ID. "
                   "Browsers look at no more than 5 different names, so more are refused.",
        .apply = values::related_origins},
    Key{.name = "return_to",
        .kind = ValueKind::list,
        .standard = "",
        .without = "only pages of Latchkey itself",
        .example = R"(["https://app.example.com"])",
        .meaning =
            "The origins of the apps that may send people here to sign in and have them back "
            "(`/sign-in?return_to=...`). Compared exactly; nobody is sent anywhere else.",
        .apply = values::return_to},
    Key{.name = "sign_up",
        .kind = ValueKind::text,
        .standard = "open",
        .without = "",
        .example = R"("invite")",
        .meaning =
            "Who may create an account: `open` (everyone with an e-mail address), `domains` "
            "(addresses of `sign_up_domains`), `invite` (addresses invited with `latchkey user "
            "invite`), `closed` (nobody). To a stranger a closed door looks like an open one.",
        .apply = values::sign_up},
    Key{.name = "sign_up_domains",
        .kind = ValueKind::list,
        .standard = "",
        .without = "must be set with `sign_up = \"domains\"`",
        .example = R"(["example.com"])",
        .meaning =
            "The part after the @ of addresses that may create an account. A domain does not "
            "include its subdomains.",
        .apply = values::sign_up_domains},
    Key{.name = "recovery",
        .kind = ValueKind::text,
        .standard = "notify",
        .without = "",
        .example = R"("delay")",
        .meaning =
            "What a person can do who lost a passkey, or what the second step needs. `notify`: "
            "a code by e-mail goes around a passkey at once, marks what follows as recovered and "
            "tells the owner; around a second step only after a wait that the owner is told of "
            "and can stop. `delay`: that wait for both. `strict`: neither; then recovery codes "
            "help, or you.",
        .apply = values::recovery},
    Key{.name = "recovery_wait_hours",
        .kind = ValueKind::number,
        .standard = "24",
        .without = "",
        .example = "48",
        .meaning = "How long that wait is, in hours, 1 to 720.",
        .apply = values::recovery_wait_hours},
    Key{.name = "listen",
        .kind = ValueKind::text,
        .standard = "127.0.0.1:8080",
        .without = "",
        .example = R"("[::]:443")",
        .meaning = "IP address and port of the server. Without TLS it is a loopback address, or "
                   "`trusted_proxies` is set.",
        .apply = values::listen},
    Key{.name = "metrics_listen",
        .kind = ValueKind::text,
        .standard = "",
        .without = "no metrics",
        .example = R"("127.0.0.1:9464")",
        .meaning = "IP address and port at which `/metrics` answers Prometheus, and nothing else. "
                   "Plain HTTP without a password, so an address of this machine or of a private "
                   "network.",
        .apply = values::metrics_listen},
    Key{.name = "trusted_proxies",
        .kind = ValueKind::list,
        .standard = "",
        .without = "no forwarding header is believed",
        .example = R"(["127.0.0.1", "10.0.0.0/8"])",
        .meaning =
            "Addresses of the proxies in front of Latchkey. Only from these is "
            "`X-Forwarded-For` believed, which limits count by; nothing else in a forwarding "
            "header is.",
        .apply = values::trusted_proxies},
    Key{.name = "threads",
        .kind = ValueKind::number,
        .standard = "0",
        .without = "",
        .example = "2",
        .meaning =
            "Threads that answer requests, 1 to 64. 0: as many as the machine has processors, "
            "at most 4.",
        .apply = values::threads},
    Key{.name = "data",
        .kind = ValueKind::text,
        .standard = "/var/lib/latchkey",
        .without = "",
        .example = R"("/var/lib/latchkey")",
        .meaning =
            "The folder of the database, of its lock and of the socket for the command line. "
            "Only the user that runs Latchkey needs access.",
        .apply = values::data},
    Key{.name = "key_file",
        .kind = ValueKind::text,
        .standard = "",
        .without = "`key` in the folder `data`",
        .example = R"("/etc/latchkey/key")",
        .meaning =
            "The secret under which mails and tokens are sealed. `latchkey serve` creates it "
            "(mode 0600) when neither it nor a database is there, and refuses a file that "
            "others may read. Keep a copy apart from the backups of the database: without it "
            "they are of no use.",
        .apply = values::key_file},
};

// Those after [brand].
constexpr std::array later_table{
    Key{.name = "tls.certificate",
        .kind = ValueKind::text,
        .standard = "",
        .without = "plain HTTP, behind a proxy or on loopback",
        .example = R"("/etc/latchkey/tls.pem")",
        .meaning = "PEM file of the certificate chain, the server's own first. With it Latchkey "
                   "speaks TLS 1.2 and 1.3 itself. Both files are read again when they change.",
        .apply = values::tls_certificate},
    Key{.name = "tls.key",
        .kind = ValueKind::text,
        .standard = "",
        .without = "must be set with `tls.certificate`",
        .example = R"("/etc/latchkey/tls.key")",
        .meaning = "PEM file of the certificate's private key; not readable by others.",
        .apply = values::tls_key},
    Key{.name = "passkeys.attestation",
        .kind = ValueKind::text,
        .standard = "none",
        .without = "",
        .example = R"("required")",
        .meaning = "Whether what stores a new passkey must say what it is: `none` does not ask, "
                   "`preferred` asks, `required` refuses what does not say. Password managers and "
                   "phones say nothing; people may be asked by their browser.",
        .apply = values::passkeys_attestation},
    Key{.name = "passkeys.trust",
        .kind = ValueKind::text,
        .standard = "any",
        .without = "",
        .example = R"("metadata")",
        .meaning = "Whose word for it counts: `any`, `roots` (those of `passkeys.roots`), or "
                   "`metadata` (for each model the roots that FIDO has on file).",
        .apply = values::passkeys_trust},
    Key{.name = "passkeys.roots",
        .kind = ValueKind::list,
        .standard = "",
        .without = "must be set with `trust = \"roots\"`",
        .example = R"(["/etc/latchkey/vendor-root.pem"])",
        .meaning = "PEM files of the root certificates of makers.",
        .apply = values::passkeys_roots},
    Key{.name = "passkeys.storage",
        .kind = ValueKind::text,
        .standard = "any",
        .without = "",
        .example = R"("device")",
        .meaning = "Where new passkeys may be stored: `any`, or only such that never leave one "
                   "`device` (no synced ones).",
        .apply = values::passkeys_storage},
    Key{.name = "passkeys.allow",
        .kind = ValueKind::list,
        .standard = "",
        .without = "every model",
        .example = R"(["d8522d9f-575b-4866-88a9-ba99fa02f35b"])",
        .meaning = "Only these models, by AAGUID, and only if it is proven.",
        .apply = values::passkeys_allow},
    Key{.name = "passkeys.deny",
        .kind = ValueKind::list,
        .standard = "",
        .without = "none",
        .example = R"(["d8522d9f-575b-4866-88a9-ba99fa02f35b"])",
        .meaning = "None of these models, by the AAGUID that they claim.",
        .apply = values::passkeys_deny},
    Key{.name = "passkeys.certification",
        .kind = ValueKind::text,
        .standard = "none",
        .without = "",
        .example = R"("L2")",
        .meaning = "The least FIDO certification of the model, by metadata: `none`, `L1`, `L1+`, "
                   "`L2`, `L2+`, `L3`, `L3+`.",
        .apply = values::passkeys_certification},
    Key{.name = "passkeys.counter",
        .kind = ValueKind::text,
        .standard = "device",
        .without = "",
        .example = R"("refuse")",
        .meaning = "What becomes of a sign-in by a passkey whose counter did not rise, which "
                   "hints at a copy: `report` writes it into the account's activity, `device` "
                   "refuses it too if the passkey cannot leave its device, `refuse` refuses it "
                   "always.",
        .apply = values::passkeys_counter},
    Key{.name = "metadata.file",
        .kind = ValueKind::text,
        .standard = "",
        .without = "nothing is known of models",
        .example = R"("/var/lib/latchkey-metadata/blob.jwt")",
        .meaning =
            "The BLOB of the FIDO Metadata Service. Models that it calls revoked or compromised "
            "cannot be added any more. It is read again when it changes, at most a minute later.",
        .apply = values::metadata_file},
    Key{.name = "metadata.root",
        .kind = ValueKind::text,
        .standard = "/etc/ssl/certs/GlobalSign_Root_CA_-_R3.pem",
        .without = "",
        .example = R"("/etc/latchkey/metadata-root.pem")",
        .meaning = "PEM file of the certificate that vouches for who signs the BLOB.",
        .apply = values::metadata_root},
    Key{.name = "metadata.signer",
        .kind = ValueKind::text,
        .standard = "mds.fidoalliance.org",
        .without = "",
        .example = R"("mds.fidoalliance.org")",
        .meaning = "The host in the certificate of who signs the BLOB.",
        .apply = values::metadata_signer},
    Key{.name = "metadata.user_verification_bypass",
        .kind = ValueKind::text,
        .standard = "refuse",
        .without = "",
        .example = R"("accept")",
        .meaning = "What to do with models whose PIN or fingerprint check software can go around: "
                   "`refuse` or `accept`.",
        .apply = values::metadata_bypass},
    Key{.name = "smtp.url",
        .kind = ValueKind::text,
        .standard = "",
        .without = "must be set",
        .example = R"("smtp://mail.example.com:587")",
        .meaning =
            "The mail server: `smtp://HOST:PORT` with STARTTLS (required; port 587 if none is "
            "given), `smtps://HOST:PORT` with TLS from the first byte (465), or "
            "`smtp+plain://HOST:PORT` without encryption (25), for a relay on this machine "
            "only. Certificates are always verified.",
        .apply = values::smtp_url},
    Key{.name = "smtp.user",
        .kind = ValueKind::text,
        .standard = "",
        .without = "no AUTH",
        .example = R"("latchkey")",
        .meaning = "The user name at the mail server.",
        .apply = values::smtp_user},
    Key{.name = "smtp.password_file",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the variable `LATCHKEY_SMTP_PASSWORD`, or no AUTH",
        .example = R"("/etc/latchkey/smtp-password")",
        .meaning = "A file that holds the password and nothing else (a line end after it is fine); "
                   "not readable by others. The password itself never stands in the configuration.",
        .apply = values::smtp_password_file},
    Key{.name = "smtp.from",
        .kind = ValueKind::text,
        .standard = "",
        .without = "must be set",
        .example = R"("Example <no-reply@example.com>")",
        .meaning =
            "The sender of all mail: an address, with a name before it if you like (else the "
            "name is `brand.name`).",
        .apply = values::smtp_from},
    Key{.name = "smtp.ca_file",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the authorities that the system trusts",
        .example = R"("/etc/latchkey/mail-ca.pem")",
        .meaning =
            "PEM file of the only authorities that the mail server's certificate may come from.",
        .apply = values::smtp_ca_file},
    Key{.name = "smtp.ehlo",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the host of `origin`",
        .example = R"("id.example.com")",
        .meaning = "The name that Latchkey gives itself towards the mail server.",
        .apply = values::smtp_ehlo},
    Key{.name = "sms.provider",
        .kind = ValueKind::text,
        .standard = "",
        .without = "no codes by text message",
        .example = R"("kannel")",
        .meaning =
            "What takes text messages: `kannel` (Kannel's smsbox) or `twilio` (Twilio's API, or "
            "one like it). Then the rest of this section is needed too.",
        .apply = values::sms_provider},
    Key{.name = "sms.url",
        .kind = ValueKind::text,
        .standard = "",
        .without = "`https://api.twilio.com` with `twilio`",
        .example = R"("http://127.0.0.1:13013/cgi-bin/sendsms")",
        .meaning =
            "Where it is: the address of `sendsms`, or of the API without a path. Without TLS "
            "for this machine only: with Kannel, password and code stand in the address.",
        .apply = values::sms_url},
    Key{.name = "sms.user",
        .kind = ValueKind::text,
        .standard = "",
        .without = "needed with `sms.provider`",
        .example = R"("latchkey")",
        .meaning = "The user there; with `twilio` the Account SID.",
        .apply = values::sms_user},
    Key{.name = "sms.password_file",
        .kind = ValueKind::text,
        .standard = "",
        .without = "the variable `LATCHKEY_SMS_PASSWORD`",
        .example = R"("/etc/latchkey/sms-password")",
        .meaning =
            "A file that holds the password, or the Auth Token, as `smtp.password_file` does.",
        .apply = values::sms_password_file},
    Key{.name = "sms.from",
        .kind = ValueKind::text,
        .standard = "",
        .without = "needed with `sms.provider`",
        .example = R"("Example")",
        .meaning =
            "The sender that people see: a number of yours, or letters where the network allows "
            "them; with `twilio` also a messaging service (`MG...`).",
        .apply = values::sms_from},
    Key{.name = "sms.countries",
        .kind = ValueKind::list,
        .standard = "",
        .without = "needed with `sms.provider`",
        .example = R"(["DE", "AT", "CH"])",
        .meaning = "The countries whose numbers get messages (ISO 3166-1), and no others. A number "
                   "without + is of the first one.",
        .apply = values::sms_countries},
    Key{.name = "sms.daily_limit",
        .kind = ValueKind::number,
        .standard = "200",
        .without = "",
        .example = "1000",
        .meaning =
            "How many messages go to each of these countries within 24 hours at most: what an "
            "attack can cost. 1 to 1000000.",
        .apply = values::sms_daily_limit},
    Key{.name = "log.level",
        .kind = ValueKind::text,
        .standard = "info",
        .without = "",
        .example = R"("warning")",
        .meaning = "The least serious entries that are written: `debug`, `info`, `warning` or "
                   "`error`. Each is one JSON object a line on standard output.",
        .apply = values::log_level},
};

}  // namespace

std::span<const Key> config_keys() {
    static const std::vector<Key> all = [] {
        std::vector<Key> keys(first_table.begin(), first_table.end());
        const auto brand = brand_keys();
        keys.insert(keys.end(), brand.begin(), brand.end());
        keys.insert(keys.end(), later_table.begin(), later_table.end());
        return keys;
    }();
    return all;
}

}  // namespace latchkey::app
