// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.OnBehalf;
import io.github.asyncio4j.ServedProtocol;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Joins a transport to a [StreamReader], and on a server starts the task that serves the client
/// (ST-01).
///
/// Loop thread only. `openConnection` and `startServer` make it; use it yourself to give streams to
/// a call that takes a protocol factory.
public final class StreamReaderProtocol implements BufferedProtocol, ServedProtocol {
  /// What happens to the output of the connection.
  private enum Output {
    FLOWING,
    /// The transport holds more than its high-water mark.
    PAUSED,
    /// The connection is gone.
    LOST
  }

  private final EventLoop loop;
  private final StreamReader reader;
  private final @Nullable ClientConnected clientConnected;
  private final Wakeups draining;
  private final Wakeups closing;

  // All below: loop thread only.
  private Output output = Output.FLOWING;
  private @Nullable Exception lostBecause;
  // Null until it is started, and when it is done.
  private @Nullable Task<?> handler;
  // Null before there is one.
  private @Nullable BaseTransport transport;

  /// Makes the protocol of a client, or of one end of a pipe.
  ///
  /// @param loop the loop of the transport
  /// @param reader what is fed
  public StreamReaderProtocol(EventLoop loop, StreamReader reader) {
    this(loop, reader, null);
  }

  /// Makes the protocol of one connection of a server.
  ///
  /// @param loop the loop of the transport
  /// @param reader what is fed
  /// @param clientConnected what serves the connection, in a task of its own; null for none
  public StreamReaderProtocol(
      EventLoop loop, StreamReader reader, @Nullable ClientConnected clientConnected) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.reader = Objects.requireNonNull(reader, "reader");
    this.clientConnected = clientConnected;
    this.draining = new Wakeups(loop);
    this.closing = new Wakeups(loop);
  }

  // What the transport calls.

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = transport;
    if (transport instanceof ReadTransport source) {
      reader.setTransport(source);
    }
    if (clientConnected != null) {
      var stream = (Transport) transport;
      try {
        serve(clientConnected, stream);
      } catch (RuntimeException | Error e) {
        // Nobody else would: a loop only reports it.
        stream.close();
        throw e;
      }
    }
  }

  private void serve(ClientConnected clientConnected, Transport transport) {
    var writer = new StreamWriter(transport, this, reader, loop);
    Task<@Nullable Void> handler =
        loop.createTask(new Serving(clientConnected, reader, writer), nameOf(transport));
    this.handler = handler;
    handler.addDoneCallback(this::handlerDone);
  }

  /// The body of that task.
  private record Serving(ClientConnected original, StreamReader reader, StreamWriter writer)
      implements VoidCoroutine, OnBehalf {
    @Override
    public void run() throws Exception {
      original.connected(reader, writer);
    }
  }

  /// Returns a name for the task that serves a client, by which those of a server can be told
  /// apart; null where a peer has no name and no number, as on most unix sockets.
  private static @Nullable String nameOf(Transport transport) {
    Object peer = transport.getExtraInfo("peername");
    String text = peer == null ? "" : peer.toString();
    return text.isEmpty() ? null : "client " + text;
  }

  /// Returns the task that serves the client; its server waits for it when it shuts down.
  @Override
  public @Nullable Future<?> handler() {
    return handler;
  }

  private void handlerDone(Future<?> handler) {
    this.handler = null;
    // Another one than at first, if the handler has put the connection under TLS.
    BaseTransport transport = Objects.requireNonNull(this.transport);
    if (handler.cancelled()) {
      transport.close();
      return;
    }
    Throwable exception = handler.exception();
    if (exception != null) {
      try {
        loop.callExceptionHandler(
            ExceptionContext.of("Unhandled exception in clientConnected")
                .exception(exception)
                .task((Task<?>) handler)
                .transport(transport));
      } finally {
        transport.close();
      }
    } else if (loop.getDebug() && !transport.isClosing()) {
      Lowlevel.of(loop)
          .warn(
              "The handler of "
                  + transport.getExtraInfo("peername")
                  + " has ended without closing its writer, and the connection stays open: "
                  + transport);
    }
  }

  @Override
  public ByteBuffer getBuffer(int sizehint) {
    return reader.room();
  }

  @Override
  public void bufferUpdated(int nbytes) {
    reader.received(nbytes);
  }

  /// Ends the reader's stream.
  ///
  /// @return true: what the peer has asked for may still be answered; false where the transport
  ///   cannot do that, as under TLS 1.2
  @Override
  public boolean eofReceived() {
    reader.feedEof();
    return !(transport instanceof WriteTransport output) || output.canWriteEof();
  }

  @Override
  public void pauseWriting() {
    output = Output.PAUSED;
  }

  @Override
  public void resumeWriting() {
    output = Output.FLOWING;
    draining.wakeAll();
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    output = Output.LOST;
    lostBecause = exc;
    try {
      if (exc == null) {
        reader.feedEof();
      } else {
        reader.setException(exc);
      }
      closing.wakeAll();
    } finally {
      draining.wakeAll();
    }
    // Last, because it copies, for which there may be no memory.
    reader.detach();
  }

  // What the writer calls.

  /// Tells whether this is the side that has accepted the connection.
  boolean isServer() {
    return clientConnected != null;
  }

  /// The connection has come under TLS.
  void replaceTransport(Transport next) {
    transport = next;
    reader.replaceTransport(next);
  }

  /// Suspends while the transport holds too much.
  ///
  /// @throws IOException when the connection is lost, before or meanwhile
  void drain() throws IOException {
    if (output == Output.PAUSED) {
      draining.await();
      if (lostBecause != null) {
        throw ConnectionFailures.another(lostBecause);
      }
    }
    if (output == Output.LOST) {
      throw new ConnectionResetException("Connection lost");
    }
  }

  /// Suspends until the connection is lost.
  ///
  /// @throws IOException why it was lost, unless it was closed
  void waitClosed() throws IOException {
    while (output != Output.LOST) {
      closing.await();
    }
    if (lostBecause != null) {
      throw ConnectionFailures.another(lostBecause);
    }
  }

  @Override
  public String toString() {
    return "<StreamReaderProtocol output=" + output + " " + reader + ">";
  }
}
