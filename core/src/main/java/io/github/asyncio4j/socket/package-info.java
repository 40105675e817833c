// SPDX-License-Identifier: Apache-2.0

/// Non-blocking sockets, their addresses and their options, over a descriptor or an NIO channel.
///
/// Layer: above `internal.ffi` and `selector`, below the root. It never waits: a call does what can
/// be done now and says so when that is nothing. The root and what stands above it may call it.
///
/// Start reading at `Socket`.
package io.github.asyncio4j.socket;
