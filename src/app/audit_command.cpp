// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "app/audit.hpp"
#include "app/cli.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "base/encoding.hpp"
#include "store/sqlite/audit_check.hpp"
#include "store/sqlite/verify.hpp"

#include <string>

#include <fmt/core.h>

namespace latchkey::app {

Exit verify_audit(const std::string& config_file) {
    const auto config = load_or_print(config_file, Needs::data);
    if (!config) return Exit::configuration;
    const auto verified = verify_database(*config);
    if (!verified) return fail(verified.error());
    for (const store::AlteredRow& altered : verified->altered) {
        fmt::print("Altered: {}\n", words_of(altered));
    }
    for (const store::AuditFault& fault : verified->audit.faults) {
        fmt::print("Altered: {}\n", words_of(fault));
    }
    if (!verified->altered.empty() || !verified->audit.faults.empty()) {
        return fail({"not everything is as Latchkey wrote it", altered_mend});
    }
    fmt::print(
        "{} passkeys and {} identities at other providers are as Latchkey wrote them.\n",
        verified->passkeys,
        verified->identities
    );
    const store::AuditChecked& audit = verified->audit;
    fmt::print(
        "{} events of the audit log hang together; {} seals hold. It ends at place {}: {}\n",
        audit.events,
        audit.seals,
        audit.head.position,
        hex_encode(audit.head.hash)
    );
    return Exit::done;
}

}  // namespace latchkey::app
