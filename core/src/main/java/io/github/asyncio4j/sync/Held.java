// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

/// What a task has acquired, for `try`-with-resources: closing releases it.
///
/// ```java
/// try (var _ = lock.hold()) {
///   ...
/// }
/// ```
///
/// Loop thread only. Every `hold()` of one primitive returns the same object, so holding allocates
/// nothing; for the same reason it must be closed exactly once for each `hold()`.
public interface Held extends AutoCloseable {
  /// Releases what was acquired. Never suspends.
  ///
  /// @throws IllegalStateException when a lock is not locked
  /// @throws IllegalArgumentException when a bounded semaphore would exceed its initial value
  @Override
  void close();
}
