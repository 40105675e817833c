// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.LoopKind;

/// How many games are played on each kind of loop.
///
/// `-Dio.github.asyncio4j.seeds=N` plays so many on every kind, `-Dio.github.asyncio4j.seed=N` that
/// one alone.
final class Seeds {
  private Seeds() {}

  /// The primitives know nothing of the kind of their loop, so one kind gets nearly all.
  static int of(LoopKind kind) {
    return kind == LoopKind.EPOLL_LOOP_THREAD ? 10_000 : 500;
  }
}
