// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The outgoing half of a connection, and what closes it (ST-08 to ST-10).
///
/// Loop thread only, tasks of the loop included. Several tasks may write; each write goes out whole
/// and in the order of the calls.
///
/// Writing neither suspends nor throws when the connection is gone: [#drain()] does both. So write,
/// drain, write, drain:
///
/// ```java
/// try (writer) {
///   writer.write(answer);
///   writer.drain();
/// }
/// ```
public final class StreamWriter implements AutoCloseable {
  // Loop thread only.
  private WriteTransport transport;
  private final StreamReaderProtocol protocol;
  private final @Nullable StreamReader reader;
  private final EventLoop loop;

  /// Makes the writer of a connection.
  ///
  /// @param transport the connection, or one end of a pipe
  /// @param protocol the transport's protocol, which knows when it is to pause
  /// @param reader the other half, whose failure `drain` reports too; null for none
  /// @param loop the loop of the transport
  public StreamWriter(
      WriteTransport transport,
      StreamReaderProtocol protocol,
      @Nullable StreamReader reader,
      EventLoop loop) {
    this.transport = Objects.requireNonNull(transport, "transport");
    this.protocol = Objects.requireNonNull(protocol, "protocol");
    this.reader = reader;
    this.loop = Objects.requireNonNull(loop, "loop");
  }

  /// Returns the transport of the connection.
  ///
  /// @throws IllegalStateException when it is a pipe that is written to, which has one direction:
  ///   [#writeTransport()] returns that
  public Transport transport() {
    if (transport instanceof Transport both) {
      return both;
    }
    throw new IllegalStateException("not a transport of both directions: " + transport);
  }

  /// Returns the transport that is written to.
  public WriteTransport writeTransport() {
    return transport;
  }

  /// Sends bytes, at once as far as the kernel takes them. The array is the caller's again on
  /// return.
  ///
  /// Does not suspend; what cannot be sent at once is copied. On a closing or lost connection the
  /// bytes are dropped.
  ///
  /// @throws IllegalStateException after [#writeEof()]
  public void write(byte[] data) {
    Objects.requireNonNull(data, "data");
    transport.write(data);
  }

  /// Sends the bytes from the buffer's position to its limit; as [#write(byte\[\])].
  ///
  /// On return the position is at the limit and the buffer is the caller's again.
  public void write(ByteBuffer data) {
    Objects.requireNonNull(data, "data");
    transport.write(data);
  }

  /// Sends text, encoded in a charset; as [#write(byte\[\])].
  public void write(CharSequence text, Charset charset) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(charset, "charset");
    transport.write(text.toString().getBytes(charset));
  }

  /// Sends text, encoded in UTF-8; as [#write(byte\[\])].
  public void write(CharSequence text) {
    write(text, UTF_8);
  }

  /// Sends several pieces in order, with as few system calls as can be; as [#write(ByteBuffer)].
  public void writelines(Iterable<ByteBuffer> pieces) {
    Objects.requireNonNull(pieces, "pieces");
    transport.writelines(pieces);
  }

  /// Sends several arrays in order, with as few system calls as can be; as [#write(byte\[\])].
  public void writelines(byte[]... pieces) {
    writelines(Arrays.asList(Objects.requireNonNull(pieces, "pieces")));
  }

  /// Sends several arrays in order; as [#writelines(byte\[\]...)].
  public void writelines(Collection<byte[]> pieces) {
    Objects.requireNonNull(pieces, "pieces");
    var buffers = new ArrayList<ByteBuffer>(pieces.size());
    for (byte[] piece : pieces) {
      Objects.requireNonNull(piece, () -> "pieces[" + buffers.size() + "]");
      buffers.add(ByteBuffer.wrap(piece));
    }
    transport.writelines(buffers);
  }

  /// Ends the outgoing half once everything written is sent; the incoming half lives on.
  ///
  /// @throws UnsupportedOperationException when [#canWriteEof()] is false
  public void writeEof() {
    transport.writeEof();
  }

  /// Tells whether the outgoing half can be ended on its own.
  public boolean canWriteEof() {
    return transport.canWriteEof();
  }

  /// Suspends until the connection can take more: while more than its high-water mark is buffered
  /// (ST-09). Several tasks may wait.
  ///
  /// Otherwise it returns at once, but on a closing connection after one iteration, so that a loop
  /// of `write` and `drain` learns of its end.
  ///
  /// @throws IOException the connection has failed: an exception of its own, with what the reader
  ///   throws as its cause, so that it can be added to that;
  ///   [io.github.asyncio4j.socket.ConnectionResetException] `Connection lost` when it is over
  public void drain() throws IOException {
    Exception failure = reader != null ? reader.exception() : null;
    if (failure != null) {
      throw ConnectionFailures.another(failure);
    }
    if (transport.isClosing()) {
      // The transport queued connectionLost when it was closed, so that runs first.
      Lowlevel.of(loop).checkpoint();
    }
    protocol.drain();
  }

  /// Puts the connection under TLS (ST-11). Suspending: sends what is written, then makes the
  /// handshake.
  ///
  /// A connection that was accepted has the side of the server. On return the same reader and
  /// writer read and write under TLS. Bytes that are unread go to the engine, as they came behind
  /// the point where TLS begins: no read ever takes them for decrypted ones. So read exactly what
  /// belongs to the stream in the clear before, and let nobody write meanwhile.
  ///
  /// @param options the name that a client verifies, among others; `received` and, on a connection
  ///   that was accepted, `serverSide` are understood
  /// @throws IllegalArgumentException when a client is given no name, or a server one
  /// @throws IllegalStateException when it is a pipe
  /// @throws IOException when the connection is over, or the handshake fails; the connection is
  ///   closed
  public void startTls(SslEngineFactory ssl, SslOptions options) throws IOException {
    Objects.requireNonNull(ssl, "ssl");
    Objects.requireNonNull(options, "options");
    drain();
    SslOptions own = options.serverSide(options.serverSide() || protocol.isServer());
    if (!own.serverSide() && own.serverHostname() == null) {
      throw new IllegalArgumentException("serverHostname is needed; \"\" verifies none");
    }
    Transport clear = transport();
    Transport encrypted =
        reader == null
            ? loop.startTls(clear, protocol, ssl, own)
            : startTls(clear, reader, ssl, own);
    transport = encrypted;
    protocol.replaceTransport(encrypted);
  }

  private Transport startTls(
      Transport clear, StreamReader reader, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    byte[] unread = reader.takeForTls();
    try {
      return loop.startTls(clear, protocol, ssl, options.received(ByteBuffer.wrap(unread)));
    } catch (Throwable t) {
      if (!clear.isClosing()) {
        // It was refused, and all is as it was.
        reader.takeBack(unread, clear);
      }
      throw t;
    }
  }

  /// Puts the connection under TLS; as [#startTls(SslEngineFactory, SslOptions)].
  public void startTls(SSLContext ssl, SslOptions options) throws IOException {
    startTls(SslEngineFactory.of(ssl), options);
  }

  /// Closes the connection, both halves: reads no more, sends what is buffered, and ends.
  ///
  /// Returns at once, never throws, idempotent. [#waitClosed()] waits for the end.
  @Override
  public void close() {
    transport.close();
  }

  /// Tells whether the connection is closing or closed.
  public boolean isClosing() {
    return transport.isClosing();
  }

  /// Suspends until the connection is closed, by [#close()] or by its failure (ST-10).
  ///
  /// Several tasks may wait, and cancelling one leaves the connection and the others alone.
  ///
  /// @throws IOException the connection has failed; an exception of its own, as for [#drain()]
  public void waitClosed() throws IOException {
    protocol.waitClosed();
  }

  /// Returns what is known of the connection under a name; as [Transport#getExtraInfo(String)].
  public @Nullable Object getExtraInfo(String name) {
    return transport.getExtraInfo(name);
  }

  /// Returns what is known of the connection under a name; as [Transport#getExtraInfo(String,
  /// Class)].
  ///
  /// @throws ClassCastException when the value is of another class than the one given
  public <T> @Nullable T getExtraInfo(String name, Class<T> type) {
    return transport.getExtraInfo(name, type);
  }

  @Override
  public String toString() {
    return "<StreamWriter transport=" + transport + ">";
  }
}
