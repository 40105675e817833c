// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// What a loop calls with every failure that no caller can receive (EL-120).
@FunctionalInterface
public interface ExceptionHandler {
  /// Deals with a failure. Loop thread.
  ///
  /// What it throws is itself reported to the default handler, except [KeyboardInterrupt] and
  /// [SystemExit], which end the run of the loop.
  ///
  /// @param loop where it happened
  /// @param context what is known of it
  void handle(EventLoop loop, ExceptionContext context);
}
