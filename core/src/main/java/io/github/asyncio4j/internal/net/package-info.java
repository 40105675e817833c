// SPDX-License-Identifier: Apache-2.0

/// Stream transports, servers and connecting, as a selector loop does them.
///
/// Layer: above the root, below `loop`, which is the only package that may call it. Everything here
/// runs on the loop thread.
///
/// Start reading at the socket transport: one class reads, writes and closes one connection.
package io.github.asyncio4j.internal.net;
