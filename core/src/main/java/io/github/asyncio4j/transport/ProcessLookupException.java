// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

/// A signal was meant for a child process that is gone: asyncio's `ProcessLookupError` (SP-04).
///
/// Unchecked: to send a signal too late is a mistake, or a race that nobody can win.
public final class ProcessLookupException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// Makes an exception with a text.
  public ProcessLookupException(String message) {
    super(message);
  }
}
