// SPDX-License-Identifier: Apache-2.0

/// Protocols and transports: the words in which a loop and a network program talk.
///
/// Layer: the lowest. It has no behaviour and depends on nothing of ours; the root and everything
/// above it use it. A loop calls a protocol; a protocol calls its transport.
///
/// Start reading at `Protocol`, then `Transport`; for datagrams at `DatagramProtocol`.
package io.github.asyncio4j.transport;
