// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.SocketType;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;

/// One answer of `getaddrinfo` (EL-110, getaddrinfo(3)): what a socket needs to reach an address.
///
/// @param family of the address: INET or INET6
/// @param type of the socket
/// @param proto number of the protocol: 6 is TCP, 17 is UDP
/// @param canonname what the host is called in truth, of the first answer when that was asked for;
///   else empty
/// @param address resolved, with the port that was asked for
public record AddressInfo(
    StandardProtocolFamily family,
    SocketType type,
    int proto,
    String canonname,
    InetSocketAddress address) {}
