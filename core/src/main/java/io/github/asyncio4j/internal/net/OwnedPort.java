// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What a transport owns, and its port: how they end. Whatever it is and moves, this is the same.
///
/// Loop thread only.
class OwnedPort {
  /// Closes what is owned.
  interface Closing {
    void close() throws IOException;
  }

  private final NetContext net;
  private final IoPort port;
  private final Object owned;
  private final Closing closing;
  // The next one whose end is yet to be found.
  @Nullable OwnedPort nextToFind;
  private boolean isReleased;

  /// Takes over something and its port.
  ///
  /// @param owned for texts
  OwnedPort(NetContext net, IoPort port, Object owned, Closing closing) {
    this.net = net;
    this.port = port;
    this.owned = owned;
    this.closing = closing;
  }

  /// As [TransportLife.Body#stop()], once the output is dropped. The port stays open until the
  /// socket is closed, because it is by the port that a loop which is closed before that finds the
  /// socket.
  final void stop() {
    try {
      port.receiving(false);
      port.sending(false);
    } catch (IOException e) {
      // Somebody has closed the descriptor behind our back.
      port.close();
      net.logDebug(() -> "cannot end the calls for " + owned, e);
    } catch (OutOfMemoryError e) {
      return; // What is called meanwhile looks at the state.
    }
  }

  /// As [TransportLife.Body#findEnd()]. The handle of the port is there already. Should its queue
  /// be full, a poll finds it; and should there be no memory to have it polled, this is tried again
  /// in the next iteration.
  final void findEnd() {
    if (isReleased) {
      return;
    }
    try {
      port.sending(true);
    } catch (IOException e) {
      // The transport is closed by its loop then, at the latest.
    } catch (OutOfMemoryError e) {
      net.makeRoom(e);
      net.findEndLater(this);
      return;
    }
    port.callForRoom();
  }

  /// As [TransportLife.Body#release()].
  final void release() {
    isReleased = true;
    try {
      port.close();
    } finally {
      net.close(owned, closing);
    }
  }
}
