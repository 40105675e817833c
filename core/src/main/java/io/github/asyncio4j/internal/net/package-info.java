// SPDX-License-Identifier: Apache-2.0

/// Stream and datagram transports, servers, connecting and names, over whatever sockets a loop has.
///
/// Layer: above the root, below `loop` and `testing`, which are the only packages that may call it.
/// Everything here runs on the loop thread. How I/O is done is known to an `IoBackend` alone.
///
/// Start reading at `SelectorSocketTransport`: a life, two halves, a socket.
package io.github.asyncio4j.internal.net;
