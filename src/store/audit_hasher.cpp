// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "store/audit_hasher.hpp"

#include "base/clock.hpp"
#include "crypto/hash.hpp"
#include "latchkey/bytes.hpp"
#include "store/numbers.hpp"

#include <cstdint>

namespace latchkey::store {

AuditHead AuditHasher::append(const AuditHead& head, const AuditRow& row) const {
    const std::int64_t position = head.position + 1;
    const auto account = number(row.account.value_or(0));
    return {
        .position = position,
        .hash = crypto::hmac_sha256(
            key_.reveal(),
            {bytes_of("event"),
             number(position),
             head.hash,
             number(row.id),
             number(to_milliseconds(row.at)),
             bytes_of(row.kind),
             row.account ? ByteView(account) : ByteView(),
             bytes_of(row.network),
             bytes_of(row.browser),
             bytes_of(row.detail),
             row.operation}
        ),
    };
}

AuditHash AuditHasher::seal(const AuditHead& head, TimePoint at) const {
    return crypto::hmac_sha256(
        key_.reveal(),
        {bytes_of("seal"), number(head.position), head.hash, number(to_milliseconds(at))}
    );
}

}  // namespace latchkey::store
