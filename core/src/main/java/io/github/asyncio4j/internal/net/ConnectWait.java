// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Waits, in a task, until a socket that is connecting is writable: connected or failed.
///
/// Loop thread only.
final class ConnectWait implements IoWatch.Owner {
  private final Lowlevel lowlevel;
  private final Socket socket;
  private final IoWatch watch;
  private Future<@Nullable Void> waiter;

  /// Watches a socket until closed.
  ///
  /// @throws IOException when the selector refuses it
  ConnectWait(Lowlevel lowlevel, Socket socket) throws IOException {
    this.lowlevel = lowlevel;
    this.socket = socket;
    this.waiter = lowlevel.loop().createFuture();
    this.watch = lowlevel.watch(socket, this, () -> {}, this::writable);
  }

  /// Suspends the current task until the socket is writable.
  ///
  /// @throws IOException when the selector refuses
  void untilWritable() throws IOException {
    waiter = lowlevel.loop().createFuture();
    watch.writing(true);
    waiter.join();
  }

  private void writable() {
    waiter.trySetResult(null);
    try {
      watch.writing(false);
    } catch (IOException e) {
      // The task closes the watch, and the socket says what is wrong with it.
    }
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
