// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.BindException;

/// A bind or listen that fails by its address: EADDRINUSE or EACCES.
final class SystemBindException extends BindException implements SystemFailure {
  private static final long serialVersionUID = 1L;

  private final String reason;

  SystemBindException(String call, String reason) {
    super(call + ": " + reason);
    this.reason = reason;
  }

  @Override
  public String reason() {
    return reason;
  }
}
