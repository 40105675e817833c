// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.SocketException;

/// A bind or listen that fails by something else than its address.
final class SystemSocketException extends SocketException implements SystemFailure {
  private static final long serialVersionUID = 1L;

  private final String reason;

  SystemSocketException(String call, String reason) {
    super(call + ": " + reason);
    this.reason = reason;
  }

  @Override
  public String reason() {
    return reason;
  }
}
