// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.BindException;

/// A bind to an address that this system does not have: EADDRNOTAVAIL.
public final class AddressNotAvailableException extends BindException implements SystemFailure {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /// Makes an exception of a call and the reason for its failure.
  public AddressNotAvailableException(String call, String reason) {
    super(call + ": " + reason);
    this.reason = reason;
  }

  @Override
  public String reason() {
    return reason;
  }
}
