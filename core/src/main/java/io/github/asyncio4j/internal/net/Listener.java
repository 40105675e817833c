// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.TimerHandle;
import io.github.asyncio4j.socket.ResourceExhaustedException;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One listening socket of a server: accepts, and rests while the system has no descriptor to give.
///
/// Loop thread only.
final class Listener implements IoPort.Owner {
  /*
   * When accept(2) fails for want of a descriptor the connection stays pending and the socket stays
   * readable, so asking on would burn the processor. The listener rests for a second instead, and
   * reports the shortage once, not once a second: the next report needs an accept that worked. A
   * shortage of memory is treated alike.
   */

  private static final Duration REST = Duration.ofSeconds(1);

  private enum State {
    BOUND,
    LISTENING,
    RESTING,
    CLOSED
  }

  private final NetContext net;
  private final Socket socket;
  private final StreamServer server;
  private final int backlog;

  // Loop thread only.
  private State state = State.BOUND;
  private boolean shortageReported;
  // From the first listen on; an NIO socket has another channel before.
  private @Nullable AcceptPort port;
  private @Nullable TimerHandle rest;
  // Of a unix socket whose file goes with it.
  private @Nullable SocketFile file;

  /// Makes the listener of a bound socket and owns it from now on.
  Listener(NetContext net, Socket socket, StreamServer server, int backlog) {
    this.net = net;
    this.socket = socket;
    this.server = server;
    this.backlog = backlog;
  }

  /// Hands over the file of the socket.
  void removes(SocketFile file) {
    this.file = file;
  }

  TransportSocket socket() {
    return new TransportSocket(socket);
  }

  /// Starts to listen and to accept; called once.
  ///
  /// @throws IOException when listening fails
  void start() throws IOException {
    socket.listen(backlog);
    var opened = net.backend().listening(socket, this);
    port = opened;
    opened.receiving(true);
    state = State.LISTENING;
  }

  /// Accepts what is pending, at most as much as the backlog holds, so that others get their turn
  ///
  @Override
  public void onInput() {
    // One more than the backlog because Linux queues that many (listen(2), tcp(7)).
    for (int i = 0; i <= backlog && state == State.LISTENING; i++) {
      Socket accepted;
      try {
        accepted = Objects.requireNonNull(port).accept();
      } catch (ResourceExhaustedException | OutOfMemoryError e) {
        rest(e);
        return;
      } catch (IOException e) {
        report("socket.accept() failed", e);
        return;
      }
      if (accepted == null) {
        return;
      }
      shortageReported = false;
      server.accepted(accepted);
    }
  }

  @Override
  public void onRoom() {}

  private void rest(Throwable shortage) {
    // The timer first: who rests without one never wakes.
    rest = net.loop().callLater(REST, this::resume);
    state = State.RESTING;
    if (port != null) {
      try {
        port.receiving(false);
      } catch (IOException e) {
        // Then it is called in each iteration, and finds that it rests.
        net.logDebug(() -> "cannot rest: " + this, e);
      }
    }
    if (!shortageReported) {
      shortageReported = true;
      report("socket.accept() out of system resource", shortage);
    }
  }

  private void resume() {
    if (state != State.RESTING) {
      return;
    }
    rest = null;
    if (port != null) {
      try {
        port.receiving(true);
      } catch (IOException | OutOfMemoryError e) {
        rest(e);
        return;
      }
    }
    state = State.LISTENING;
    // Not left to the next poll: the report of a shortage that lasts is told from a new one here.
    onInput();
  }

  private void report(String message, Throwable failure) {
    net.report(failure, ExceptionContext.of(message).socket(socket()));
  }

  /// Closes the socket at once; idempotent. Connections that were not accepted are reset.
  void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (rest != null) {
      rest.cancel();
    }
    if (file != null) {
      file.remove();
    }
    if (port != null) {
      port.close();
    }
    net.close(socket);
  }

  @Override
  public void loopClosed() {
    server.loopClosed();
    close();
  }

  @Override
  public String toString() {
    return "<listening socket " + state + " fd=" + socket.fileno() + " of " + server + ">";
  }
}
