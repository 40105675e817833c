// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.ConnectException;

/// A connect to a unix socket whose queue of connections not yet accepted is full (unix(7),
/// EAGAIN).
///
/// The system does not tell when there is room: try again later. `createUnixConnection` does.
public final class BacklogFullException extends ConnectException {
  private static final long serialVersionUID = 1L;

  BacklogFullException(String message) {
    super(message);
  }
}
