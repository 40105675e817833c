// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Waits, in a task, until a socket that is connecting is writable: connected or failed.
///
/// Loop thread only.
final class ConnectWait implements IoWatch.Owner {
  private final NetLoop port;
  private final Socket socket;
  private final IoWatch watch;
  private Waiter waiter;

  /// Watches a socket until closed.
  ///
  /// @throws IOException when the selector refuses it
  ConnectWait(NetLoop port, Socket socket) throws IOException {
    this.port = port;
    this.socket = socket;
    this.waiter = new Waiter(port.loop());
    this.watch = port.watch(socket, this, () -> {}, this::writable);
  }

  /// Suspends the current task until the socket is writable.
  ///
  /// @throws IOException when the selector refuses
  void untilWritable() throws IOException {
    waiter = new Waiter(port.loop());
    try {
      watch.writing(true);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    waiter.await();
  }

  private void writable() {
    watch.writing(false);
    waiter.wake();
  }

  /// Ends the watch; the socket stays open. Idempotent.
  void close() {
    watch.close();
  }

  /// Does nothing: the task that waits is ended too, and closes the socket.
  @Override
  public void loopClosed() {}

  @Override
  public String toString() {
    return "<connect of " + socket + ">";
  }
}
