// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The program's protocol, and what its failures lead to: the same as on a transport without TLS
/// . Loop thread only, in the connection's context.
final class AppSide {
  private final EventLoop loop;
  private final TlsConnection connection;
  // Whether it has heard of the connection and is to hear of its end.
  private boolean knows;
  private BaseProtocol protocol;
  // What waits for the protocol to know.
  private @Nullable Runnable whenMade;

  /// @param knows whether connectionMade was called before there was TLS
  /// @throws IllegalArgumentException when the protocol is not one for streams
  AppSide(EventLoop loop, TlsConnection connection, BaseProtocol protocol, boolean knows) {
    this.loop = loop;
    this.connection = connection;
    this.protocol = ensureStreamProtocol(protocol);
    this.knows = knows;
  }

  private static BaseProtocol ensureStreamProtocol(BaseProtocol protocol) {
    if (protocol instanceof Protocol || protocol instanceof BufferedProtocol) {
      return protocol;
    }
    throw new IllegalArgumentException(
        "a stream needs a Protocol or a BufferedProtocol: " + protocol.getClass().getName());
  }

  BaseProtocol protocol() {
    return protocol;
  }

  /// Returns the class of the protocol, for texts.
  String protocolName() {
    String name = protocol.getClass().getName();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  void protocol(BaseProtocol next) {
    protocol = ensureStreamProtocol(next);
  }

  void made() {
    if (knows) {
      return;
    }
    knows = true;
    try {
      protocol.connectionMade(connection.transport());
    } catch (Throwable t) {
      report("protocol.connectionMade() failed", t);
    }
    var waiting = whenMade;
    whenMade = null;
    if (waiting != null) {
      waiting.run();
    }
  }

  /// Does something now if the protocol knows of the connection, else as soon as it does.
  void whenMade(Runnable call) {
    if (knows) {
      call.run();
    } else {
      whenMade = call;
    }
  }

  /// Hands bytes over, as far as the protocol wants them, and advances the position by those.
  void received(ByteBuffer plain) {
    if (protocol instanceof BufferedProtocol) {
      while (plain.hasRemaining() && connection.isDelivering() && fill(plain)) {
        // The protocol may have been exchanged, for one of the other kind too.
        if (!(protocol instanceof BufferedProtocol)) {
          received(plain);
          return;
        }
      }
    } else if (connection.isDelivering()) {
      int end = plain.limit();
      try {
        ((Protocol) protocol).dataReceived(plain);
      } catch (Throwable t) {
        failed("dataReceived", t);
      } finally {
        plain.limit(end).position(end);
      }
    }
  }

  /// Fills one buffer of the protocol.
  ///
  /// @return false when it took nothing
  private boolean fill(ByteBuffer plain) {
    var receiver = (BufferedProtocol) protocol;
    ByteBuffer target;
    try {
      target = receiver.getBuffer(plain.remaining());
      if (!target.hasRemaining()) {
        throw new IllegalStateException("getBuffer() returned an empty buffer");
      }
      if (target.isReadOnly()) {
        throw new IllegalStateException("getBuffer() returned a read-only buffer");
      }
    } catch (Throwable t) {
      failed("getBuffer", t);
      return false;
    }
    if (!connection.isDelivering()) {
      return false;
    }
    int count = Math.min(target.remaining(), plain.remaining());
    target.put(target.position(), plain, plain.position(), count);
    plain.position(plain.position() + count);
    try {
      receiver.bufferUpdated(count);
    } catch (Throwable t) {
      failed("bufferUpdated", t);
    }
    return true;
  }

  /// Tells of the end of the peer's half.
  ///
  /// @return whether the other half is to stay open
  boolean eof() {
    try {
      return protocol instanceof BufferedProtocol buffered
          ? buffered.eofReceived()
          : ((Protocol) protocol).eofReceived();
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable t) {
      failed("eofReceived", t);
      return false;
    }
  }

  /// Tells of the end of the connection, unless there never was one for it.
  void lost(@Nullable Throwable why) {
    if (knows) {
      knows = false;
      protocol.connectionLost(asException(why));
    }
  }

  static @Nullable Exception asException(@Nullable Throwable why) {
    return why == null || why instanceof Exception
        ? (Exception) why
        : new IOException("connection ended by an error", why);
  }

  /// The protocol broke: the connection ends with it.
  private void failed(String method, Throwable failure) {
    passOn(failure);
    connection.lose(failure);
    report("Fatal error: protocol." + method + "() call failed.", failure);
  }

  void report(String message, Throwable failure) {
    passOn(failure);
    loop.callExceptionHandler(
        ExceptionContext.of(message)
            .exception(failure)
            .transport(connection.transport())
            .protocol(protocol));
  }

  /// Throws on what no handler may swallow.
  static void passOn(Throwable failure) {
    if (failure instanceof KeyboardInterrupt interrupt) {
      throw interrupt;
    }
    if (failure instanceof SystemExit exit) {
      throw exit;
    }
  }
}
