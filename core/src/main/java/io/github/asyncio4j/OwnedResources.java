// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a task closes when it ends, the last first. Whoever holds the loop.
record OwnedResources(List<AutoCloseable> resources) implements AutoCloseable {
  /// Runs a body and closes every one of them after it.
  ///
  /// @throws Exception that of the body as it is, with what goes wrong in closing suppressed; else
  ///   the first failure of closing as it is
  <T extends @Nullable Object> T runAndClose(Coroutine<T> body) throws Exception {
    T value;
    try {
      value = body.run();
    } catch (Throwable t) {
      closeAfter(t);
      throw t;
    }
    closeAll().rethrowAsItIs();
    return value;
  }

  /// Closes every one of them and throws the first failure; a checked one as the cause of an
  /// [IllegalStateException].
  @Override
  public void close() {
    closeAll().rethrow();
  }

  /// Closes every one of them because of a failure, which gets what goes wrong as suppressed
  /// exceptions.
  void closeAfter(Throwable reason) {
    try {
      closeAll().rethrowAsItIs();
    } catch (Throwable t) {
      if (t != reason) {
        reason.addSuppressed(t);
      }
    }
  }

  private FailureCollector closeAll() {
    var closing = new FailureCollector();
    for (AutoCloseable resource : resources.reversed()) {
      closing.step(resource::close);
    }
    return closing;
  }
}
