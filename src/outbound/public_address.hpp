// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

struct sockaddr;

namespace latchkey::outbound {

/// Whether the address is one of the internet: not of this machine, of a private network, of a
/// link, of a carrier's network, a multicast or reserved one (RFC 6890), also not by way of IPv6
/// (mapped, 6to4, NAT64). What is neither IPv4 nor IPv6 is not.
bool is_public_address(const sockaddr& address);

}  // namespace latchkey::outbound
