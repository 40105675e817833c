// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.SocketException;

/// The system is out of descriptors or memory: EMFILE, ENFILE, ENOBUFS or ENOMEM.
///
/// The socket that reports it is sound. A server that gets it from [Socket#accept()] should pause
/// for a while, because the connection stays pending and the socket stays readable.
public final class ResourceExhaustedException extends SocketException implements SystemFailure {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /// Makes an exception of a call and the reason for its failure.
  public ResourceExhaustedException(String call, String reason) {
    super(call + ": " + reason);
    this.reason = reason;
  }

  @Override
  public String reason() {
    return reason;
  }
}
