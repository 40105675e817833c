// SPDX-License-Identifier: Apache-2.0

/// TLS between any transport and any protocol.
///
/// Layer: above the root and below `internal.net`, which puts a `TlsConnection` between a socket's
/// transport and the program's protocol. A `TlsConnection` is the protocol of the transport below,
/// *raw* in what follows; its `TlsTransport` is what the program's protocol gets.
///
/// Start reading at `TlsConnection`. Received bytes take this way: the raw transport fills a buffer
/// of the loop's `TlsBuffers`, `TlsInput` decrypts it into another one, `AppSide` hands that over.
/// Written ones: `TlsOutput` encrypts them into such a buffer and writes that to the raw transport.
/// All of it is loop thread only, save what `DelegatedTasks` runs.
package io.github.asyncio4j.internal.tls;
