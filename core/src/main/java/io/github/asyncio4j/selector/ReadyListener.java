// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

/// What a [Selector] calls when something it watches is ready.
@FunctionalInterface
public interface ReadyListener {
  /// Tells which of the watched operations would not block now. Runs on the thread that selects.
  ///
  /// It may register, change and cancel registrations, its own and others', and close the selector.
  /// What it throws leaves [Selector#select(long)]; the rest of that batch is then not lost,
  /// because readiness is level-triggered and is reported again.
  ///
  /// @param ops a non-empty subset of the interest: of [Selector#READ], [Selector#WRITE] and
  ///   [Selector#BROKEN]; an error or a hang-up is reported as every operation of interest
  void ready(int ops);
}
