// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;

/// One answer of the resolver (EL-110, getaddrinfo(3)).
///
/// @param family of the address: INET or INET6
/// @param address resolved, with the port that was asked for
public record AddressInfo(StandardProtocolFamily family, InetSocketAddress address) {}
