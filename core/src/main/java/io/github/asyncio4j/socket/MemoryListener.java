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
  // How many wait to be accepted, or are about to: at most one more than the backlog, as on Linux.
  private int places;
  private int backlog;
  // Requests that found no place; the system's clients repeat theirs.
  private final Queue<Runnable> unanswered = new ArrayDeque<>();

  MemoryListener(MemoryCalls socket, int backlog) {
    this.socket = socket;
    this.backlog = backlog;
  }

  @Override
  public SocketCalls owner() {
    return socket;
  }

  @Override
  public void setBacklog(int backlog) throws IOException {
    socket.ensureOpen();
    this.backlog = backlog;
    answer();
  }

  /// Keeps a place for a connection that is about to arrive.
  ///
  /// @param request made again when there is none now, or nobody listens any more
  /// @return false when there is none now
  boolean takePlace(Runnable request) {
    if (!hasPlace()) {
      unanswered.add(request);
      return false;
    }
    places++;
    return true;
  }

  /// Gives back the place of a connection that was accepted, or did not come.
  void leavePlace() {
    places--;
    answer();
  }

  private boolean hasPlace() {
    return places <= backlog;
  }

  private void answer() {
    while (hasPlace() && !unanswered.isEmpty()) {
      unanswered.remove().run();
    }
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
    MemoryStream accepted = pending.poll();
    if (accepted != null) {
      accepted.accepted();
      leavePlace();
    }
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

  @Override
  public String describe() {
    return "listening at " + MemoryCalls.text(socket.getsockname());
  }

  /// Resets who was not accepted, and has those who wait for a place find that nobody listens.
  @Override
  public void close() {
    for (MemoryStream waiting : pending) {
      waiting.reset();
    }
    pending.clear();
    for (Runnable request; (request = unanswered.poll()) != null; ) {
      request.run();
    }
  }
}
