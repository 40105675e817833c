// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// What [Socket#recvfrom] has received.
///
/// @param count how many bytes of the datagram are in the buffer; 0 for an empty one
/// @param address the sender; null for a unix socket without a name
/// @param truncated whether the datagram was longer than the buffer: its rest is lost
public record Received(int count, @Nullable SocketAddress address, boolean truncated) {}
