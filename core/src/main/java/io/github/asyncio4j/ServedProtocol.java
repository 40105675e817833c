// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.transport.BaseProtocol;
import org.jspecify.annotations.Nullable;

/// A protocol that wants to know when its server shuts down ([Server#shutdown]), or whose work is
/// done by a task that the server is to wait for.
///
/// A server looks for it on the protocol that a connection has at that time. Loop thread only.
public interface ServedProtocol extends BaseProtocol {
  /// Called in the connection's context when its server shuts down: finish what is under way, then
  /// close the transport; what is idle closes it now. It need not hurry, but when the time of grace
  /// is over the connection is aborted. Called once; by default it does nothing.
  ///
  /// What it throws is reported, and the connection closed.
  default void serverShutdown() {}

  /// Returns what is done with the connection, which may last longer than that; null for nothing.
  /// When the time of grace is over it is cancelled.
  default @Nullable Future<?> handler() {
    return null;
  }
}
