// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;

/// What a task closes when it ends, the last first. Whoever holds the loop.
record OwnedResources(List<AutoCloseable> resources) implements AutoCloseable {
  /// Closes every one of them and throws the first failure.
  @Override
  public void close() {
    var closing = new Closing();
    for (AutoCloseable resource : resources.reversed()) {
      closing.step(resource::close);
    }
    closing.rethrow();
  }

  /// Closes every one of them because of a failure, which gets what goes wrong as suppressed
  /// exceptions.
  void closeAfter(Throwable reason) {
    try {
      close();
    } catch (Throwable t) {
      reason.addSuppressed(t);
    }
  }
}
