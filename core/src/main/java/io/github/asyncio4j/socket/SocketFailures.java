// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.time.ZoneId;

/// The exceptions of this package: one class for one errno, whatever the tier.
final class SocketFailures {
  // Loads what reports that the process is out of descriptors, while it still has one to load with.
  static {
    of("accept", Errno.EMFILE);
    of("accept", Errno.ECONNRESET);
    ofBind("bind", Errno.EADDRINUSE);
    ofBind("bind", Errno.EADDRNOTAVAIL);
    ofBind("bind", Errno.EINVAL);
    ofConnect("connect", Errno.ECONNREFUSED);
    // The JDK's logging writes the time, and opens the file of the time zones for its first line.
    var _ = ZoneId.systemDefault();
  }

  private SocketFailures() {}

  /// Makes sure that the class is initialised.
  static void prepare() {}

  static SocketException closed() {
    return new SocketException("Socket is closed");
  }

  /// Returns the exception for a failed call.
  static SocketException of(String call, int errno) {
    return isExhaustion(errno)
        ? new ResourceExhaustedException(call, Errno.describe(errno))
        : isReset(errno)
            ? new ConnectionResetException(Errno.message(call, errno))
            : Errno.socketException(call, errno);
  }

  /// Returns the exception for a failed bind or listen, which is a [SystemFailure].
  static SocketException ofBind(String call, int errno) {
    String reason = Errno.describe(errno);
    return isExhaustion(errno)
        ? new ResourceExhaustedException(call, reason)
        : switch (errno) {
          case Errno.EADDRNOTAVAIL -> new AddressNotAvailableException(call, reason);
          case Errno.EADDRINUSE, Errno.EACCES -> new SystemBindException(call, reason);
          default -> new SystemSocketException(call, reason);
        };
  }

  /// Returns the exception for a failed connect.
  static SocketException ofConnect(String call, int errno) {
    return isExhaustion(errno)
        ? new ResourceExhaustedException(call, Errno.describe(errno))
        : Errno.connectException(call, errno);
  }

  /// Returns the exception for a datagram that was not sent or received.
  static SocketException ofDatagram(String call, int errno) {
    return errno == Errno.ECONNREFUSED
        ? new PortUnreachableException(Errno.message(call, errno))
        : of(call, errno);
  }

  /// As [#translated], for a datagram.
  static IOException translatedDatagram(String call, IOException e) {
    return e instanceof PortUnreachableException
        ? caused(ofDatagram(call, Errno.ECONNREFUSED), e)
        : translated(call, e);
  }

  private static boolean isExhaustion(int errno) {
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> true;
      default -> false;
    };
  }

  private static boolean isReset(int errno) {
    return switch (errno) {
      case Errno.ECONNRESET, Errno.ECONNABORTED, Errno.EPIPE, Errno.ESHUTDOWN -> true;
      default -> false;
    };
  }

  /// Tells whether a failed accept says only that the connection at hand is lost: accept(2) lists
  /// the errors of the network that Linux passes on; EPERM is a firewall's.
  static boolean isLostConnection(int errno) {
    return switch (errno) {
      case Errno.ECONNABORTED,
          Errno.EPROTO,
          Errno.EPERM,
          Errno.ENETDOWN,
          Errno.ENOPROTOOPT,
          Errno.EHOSTDOWN,
          Errno.ENONET,
          Errno.EHOSTUNREACH,
          Errno.EOPNOTSUPP,
          Errno.ENETUNREACH,
          Errno.ETIMEDOUT ->
          true;
      default -> false;
    };
  }

  /// Returns the errno that the text of an exception of the JDK stands for, or 0.
  static int errnoOf(IOException e) {
    String text = e.getMessage();
    if (text == null) {
      return 0;
    }
    return switch (text) {
      case "Connection reset" -> Errno.ECONNRESET;
      case "Protocol error" -> Errno.EPROTO;
      default -> e instanceof ProtocolException ? Errno.EPROTO : Errno.ofText(text);
    };
  }

  /// Returns what the JDK threw as the exception of this package, or as it is when its text says
  /// nothing to us.
  static IOException translated(String call, IOException e) {
    int errno = errnoOf(e);
    return errno == 0 ? e : caused(of(call, errno), e);
  }

  /// As [#translated], for a bind or listen.
  static IOException translatedBind(String call, IOException e) {
    int errno = errnoOf(e);
    return errno == 0 ? e : caused(ofBind(call, errno), e);
  }

  /// As [#translated], for a connect.
  static IOException translatedConnect(String call, IOException e) {
    int errno = errnoOf(e);
    return errno == 0 ? e : caused(ofConnect(call, errno), e);
  }

  private static IOException caused(SocketException translated, IOException e) {
    translated.initCause(e);
    return translated;
  }
}
