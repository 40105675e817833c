// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Calls the methods that wait without a time limit, with one.
///
/// What happens at the limit is a cancellation of the wait, so whatever was granted in the same
/// iteration goes to the next one who waits. A call that need not wait returns, whatever the limit.
final class TimeLimit {
  private TimeLimit() {}

  /// Makes a call that returns something.
  ///
  /// @param owner the primitive, for the exceptions' texts
  /// @param name the public method, for the exceptions' texts
  /// @param timeout null for no limit
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  static <T> T on(Object owner, String name, @Nullable Duration timeout, Supplier<T> call)
      throws TimeoutException {
    try {
      return Timeout.within(timeout, owner, name, call::get);
    } catch (RuntimeException | TimeoutException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the call threw what it does not declare", e);
    }
  }

  /// Makes a call that returns nothing; as [#on(Object, String, Duration, Supplier)].
  static void on(Object owner, String name, @Nullable Duration timeout, Runnable call)
      throws TimeoutException {
    on(
        owner,
        name,
        timeout,
        () -> {
          call.run();
          return true;
        });
  }
}
