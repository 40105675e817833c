// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Holds the policy of the process (EL-05). Any thread.
final class Policies {
  private static final EventLoopPolicy STANDARD = new ThreadLocalPolicy();
  private static final AtomicReference<EventLoopPolicy> CURRENT = new AtomicReference<>(STANDARD);

  private Policies() {}

  static EventLoopPolicy get() {
    return CURRENT.get();
  }

  static void set(@Nullable EventLoopPolicy policy) {
    CURRENT.set(policy != null ? policy : STANDARD);
  }
}
