// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// The tasks that wait for one socket: at most one to read and one to write.
///
/// It has the socket watched as long as somebody has a turn, and is of no use any more when the
/// last one has ended. Loop thread only.
final class SocketWaits implements IoPort.Owner {
  enum Side {
    READ,
    WRITE
  }

  private final Lowlevel lowlevel;
  private final Socket socket;
  private final Runnable released;
  private final IoPort port;

  // Loop thread only.
  private @Nullable Turn reader;
  private @Nullable Turn writer;
  private boolean open = true;

  /// Watches a socket until the last turn has ended, or the socket is closed. Take a turn at once.
  ///
  /// @param released called when that is so
  /// @throws IllegalStateException when somebody else has the socket
  /// @throws IOException when the system refuses the socket
  SocketWaits(Lowlevel lowlevel, IoBackend backend, Socket socket, Runnable released)
      throws IOException {
    this.lowlevel = lowlevel;
    this.socket = socket;
    this.released = released;
    this.port = backend.waiting(socket, this);
  }

  /// Refuses a second task on one side.
  ///
  /// @throws IllegalStateException when there is one
  void ensureFree(Side side, String call) {
    var turn = side == Side.READ ? reader : writer;
    if (turn != null) {
      throw new IllegalStateException(
          call + "(): another task waits in " + turn.call + "() for " + socket);
    }
  }

  /// Begins a turn, which the caller ends.
  ///
  /// @param call what the task calls, for texts
  /// @throws IllegalStateException when another task has one on this side
  Turn turn(Side side, String call) {
    ensureFree(side, call);
    var turn = new Turn(side, call);
    if (side == Side.READ) {
      reader = turn;
    } else {
      writer = turn;
    }
    // Not before: who is told at once has to find the turn, and the caller to know this.
    socket.whenClosed(this::socketClosed);
    return turn;
  }

  /// Ends the watch if nobody has a turn.
  void releaseIfIdle() {
    if (open && reader == null && writer == null) {
      release();
    }
  }

  private void release() {
    open = false;
    try {
      socket.whenClosed(null);
      port.close();
    } finally {
      released.run();
    }
  }

  // Any thread.
  private void socketClosed() {
    if (lowlevel.holdsLoop()) {
      end();
    } else {
      lowlevel.post(this::end, () -> {});
    }
  }

  /// The socket was closed: nothing would tell the tasks that wait.
  private void end() {
    if (open) {
      release();
      wake(reader);
      wake(writer);
    }
  }

  private static void wake(@Nullable Turn turn) {
    if (turn != null) {
      turn.tryAgain();
    }
  }

  @Override
  public void onInput() {
    wake(reader);
    watch(Side.READ, false);
  }

  @Override
  public void onRoom() {
    wake(writer);
    watch(Side.WRITE, false);
  }

  private void watch(Side side, boolean on) {
    try {
      ask(side, on);
    } catch (IOException e) {
      // The descriptor is gone: the next try of the call says so.
    }
  }

  private void ask(Side side, boolean on) throws IOException {
    if (side == Side.READ) {
      port.receiving(on);
    } else {
      port.sending(on);
    }
  }

  /// Does nothing: the tasks that wait are ended too.
  @Override
  public void loopClosed() {}

  @Override
  public String toString() {
    var first = reader != null ? reader : writer;
    return "<" + (first == null ? "nobody" : first.call + "()") + " of " + socket + ">";
  }

  /// The turn of one task on one side.
  final class Turn implements AutoCloseable {
    private final Side side;
    private final String call;
    // Null for what the system knows the room of.
    private final @Nullable FruitlessRoom pauses;
    private Future<@Nullable Void> ready = lowlevel.loop().createFuture();

    private Turn(Side side, String call) {
      this.side = side;
      this.call = call;
      this.pauses =
          side == Side.WRITE
                  && socket.type() == SocketType.DATAGRAM
                  && socket.family() == StandardProtocolFamily.UNIX
              ? new FruitlessRoom(lowlevel.loop(), this::tryAgain)
              : null;
    }

    private void tryAgain() {
      if (pauses != null) {
        pauses.called();
      }
      ready.trySetResult(null);
    }

    /// Suspends the calling task until another try is worth while.
    ///
    /// @throws SocketException when the socket is closed, or was meanwhile
    /// @throws IOException when the system refuses
    void untilReady() throws IOException {
      ensureOpen();
      ready = lowlevel.loop().createFuture();
      if (pauses != null && pauses.isDue()) {
        pauses.begin(null);
      } else {
        ask(side, true);
      }
      ready.join();
      ensureOpen();
    }

    private void ensureOpen() throws SocketException {
      if (!open) {
        throw new SocketException("Socket is closed");
      }
    }

    /// Lets others have their turn.
    @Override
    public void close() {
      if (pauses != null) {
        pauses.cancel();
      }
      if (side == Side.READ) {
        reader = null;
      } else {
        writer = null;
      }
      if (open) {
        watch(side, false);
        releaseIfIdle();
      }
    }
  }
}
