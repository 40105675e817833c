// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A listening socket of a [MemoryNetwork].
final class MemoryListener implements ListeningCalls, MemoryCalls.Role {
  private final MemoryCalls socket;

  // The loop's thread.
  private final Queue<MemoryStream> pending = new ArrayDeque<>();

  MemoryListener(MemoryCalls socket) {
    this.socket = socket;
  }

  @Override
  public SocketCalls owner() {
    return socket;
  }

  @Override
  public void setBacklog(int backlog) throws IOException {
    // Any number may wait.
    socket.ensureOpen();
  }

  /// Returns the socket of a connection that is on its way here, with the name it was asked by.
  MemoryStream letIn(SocketAddress sockname) {
    return new MemoryStream(socket.letIn(sockname));
  }

  /// Has a connection wait to be accepted.
  void arrived(MemoryStream accepted) {
    if (socket.isOpen()) {
      pending.add(accepted);
      socket.changed();
    } else {
      accepted.reset();
    }
  }

  @Override
  public @Nullable StreamCalls accept() throws IOException {
    socket.ensureOpen();
    StreamCalls accepted = pending.poll();
    socket.changed();
    return accepted;
  }

  @Override
  public int ready() {
    return pending.isEmpty() ? 0 : Selector.READ;
  }

  @Override
  public void watched(int interest) {
    // Nobody asks.
  }

  /// Resets who was not accepted.
  @Override
  public void close() {
    for (MemoryStream waiting : pending) {
      waiting.reset();
    }
    pending.clear();
  }
}
