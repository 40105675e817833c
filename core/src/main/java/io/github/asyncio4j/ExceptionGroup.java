// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;

/// Several failures that happened together, none more important than the others (EL-50).
///
/// Each of them is a suppressed exception of the group too, so that a stack trace shows them all.
public final class ExceptionGroup extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Throwable> exceptions;

  /// Makes a group.
  ///
  /// @throws IllegalArgumentException when there is no exception to group
  public ExceptionGroup(String message, List<? extends Throwable> exceptions) {
    super(message + " (" + exceptions.size() + " sub-exceptions)");
    if (exceptions.isEmpty()) {
      throw new IllegalArgumentException("no exceptions in group: " + message);
    }
    this.exceptions = List.copyOf(exceptions);
    this.exceptions.forEach(this::addSuppressed);
  }

  /// Returns the failures, in the order in which they were given.
  public List<Throwable> exceptions() {
    return exceptions;
  }
}
