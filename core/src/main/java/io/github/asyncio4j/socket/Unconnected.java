// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.net.StandardProtocolFamily;

/// What Linux says to a call on a stream socket that has no peer, whether it listens or not. Its
/// two kinds of stream, TCP and unix, have never agreed.
final class Unconnected {
  private Unconnected() {}

  static int recv(StandardProtocolFamily family) {
    return family == StandardProtocolFamily.UNIX ? Errno.EINVAL : Errno.ENOTCONN;
  }

  static int send(StandardProtocolFamily family) {
    return family == StandardProtocolFamily.UNIX ? Errno.ENOTCONN : Errno.EPIPE;
  }
}
