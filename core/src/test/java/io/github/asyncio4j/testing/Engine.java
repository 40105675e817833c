// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.LoopKind;

/// The engines that a loop of the kit must behave alike on.
enum Engine {
  LOOP_THREAD(LoopKind.NIO_LOOP_THREAD),
  BATON(LoopKind.NIO_BATON);

  private final LoopKind kind;

  Engine(LoopKind kind) {
    this.kind = kind;
  }

  TestLoop newLoop(long seed) {
    return kind.withEngine(() -> new TestLoop(seed));
  }

  TestLoop newLoop(long seed, LinkConditions conditions) {
    return kind.withEngine(() -> new TestLoop(seed, conditions));
  }
}
