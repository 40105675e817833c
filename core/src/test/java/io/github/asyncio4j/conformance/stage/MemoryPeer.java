// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.selector.Readiness;
import io.github.asyncio4j.selector.Selector;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A peer of a loop whose network is in memory. It watches its socket itself, so it goes on at the
/// moment at which it can, as a thread that is blocked in a call would, and costs the loop no
/// iteration; only its outcome is posted. The loop's thread.
final class MemoryPeer implements Peer {
  private final Socket socket;
  private final Readiness readiness;

  /// Takes a connected socket.
  MemoryPeer(Socket socket) {
    this.socket = socket;
    this.readiness = Objects.requireNonNull(socket.readiness());
  }

  @Override
  public SocketAddress localAddress() {
    return Objects.requireNonNull(socket.getsockname());
  }

  @Override
  public SocketAddress remoteAddress() {
    return Objects.requireNonNull(socket.getpeername());
  }

  @Override
  public void send(String text) throws IOException {
    var bytes = StandardCharsets.US_ASCII.encode(text);
    socket.send(bytes);
    if (bytes.hasRemaining()) {
      throw new IllegalStateException("the socket does not take it: " + text);
    }
  }

  @Override
  public void sendAll(byte[] data) throws Exception {
    var buffer = ByteBuffer.wrap(data);
    new Call(
            Selector.WRITE,
            () -> {
              while (buffer.hasRemaining() && socket.send(buffer) > 0) {
                // There may be room for more.
              }
              return !buffer.hasRemaining();
            })
        .await();
  }

  @Override
  public byte[] receive(int count) throws Exception {
    var buffer = ByteBuffer.allocate(count);
    new Call(Selector.READ, () -> isFullOrAtTheEnd(buffer)).await();
    var received = new byte[buffer.position()];
    buffer.get(0, received);
    return received;
  }

  private boolean isFullOrAtTheEnd(ByteBuffer buffer) throws IOException {
    int count = 1;
    while (buffer.hasRemaining() && count > 0) {
      count = socket.recv(buffer);
    }
    return count != 0;
  }

  @Override
  public int receiveToEnd() throws Exception {
    var buffer = ByteBuffer.allocate(64 * 1024);
    var received = new int[1];
    new Call(
            Selector.READ,
            () -> {
              int count = 1;
              while (count > 0) {
                count = socket.recv(buffer.clear());
                received[0] += Math.max(count, 0);
              }
              return count < 0;
            })
        .await();
    return received[0];
  }

  @Override
  public void end() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  @Override
  public void reset() throws IOException {
    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    socket.close();
  }

  /// What a call does as soon as it can.
  private interface Attempt {
    /// Does what can be done now, and tells whether that was all.
    boolean isComplete() throws IOException;
  }

  /// A call that blocks whoever makes it.
  private final class Call {
    private enum State {
      WAITING,
      /// It uses the socket, which changes by that.
      ACTIVE,
      DONE
    }

    private final EventLoop loop = Asyncio.getRunningLoop();
    private final Future<@Nullable Void> outcome = loop.createFuture();
    private final int ops;
    private final Attempt attempt;
    private State state = State.WAITING;

    Call(int ops, Attempt attempt) {
      this.ops = ops;
      this.attempt = attempt;
    }

    void await() throws Exception {
      readiness.watched(ops, this::goOn);
      goOn();
      outcome.await();
    }

    private void goOn() {
      if (state != State.WAITING) {
        return;
      }
      state = State.ACTIVE;
      boolean complete;
      try {
        complete = attempt.isComplete();
      } catch (IOException e) {
        done(() -> outcome.setException(e));
        return;
      }
      if (complete) {
        done(() -> outcome.setResult(null));
      } else {
        state = State.WAITING;
      }
    }

    private void done(Runnable telling) {
      state = State.DONE;
      readiness.watched(0, null);
      loop.callSoon(telling);
    }
  }
}
