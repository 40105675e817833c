// SPDX-License-Identifier: Apache-2.0

/// Streams: connections that a task reads and writes straight down, without callbacks.
///
/// Layer: above the root, built on nothing but what the root, `transport` and `socket` publish.
/// Only the facade `Asyncio`, `testing` and programs may call it.
///
/// Start reading at `StreamReader`, then `StreamWriter`. Received bytes take this way: the
/// transport asks a `StreamReaderProtocol` for room, which is in a chunk of the loop's
/// `ReceivePool`; the reader's `ReceiveBuffer` keeps the filled piece until a read copies it out.
package io.github.asyncio4j.stream;
