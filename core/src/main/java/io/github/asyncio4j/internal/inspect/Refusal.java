// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

/// Why nothing can be shown, in a sentence for the operator.
final class Refusal extends Exception {
  /// There is no loop in that JVM.
  static final int NO_LOOP = 1;

  /// It cannot be looked at.
  static final int NOT_POSSIBLE = 2;

  private static final long serialVersionUID = 1;

  private final int status;

  Refusal(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /// Returns the exit status of the command.
  int status() {
    return status;
  }
}
