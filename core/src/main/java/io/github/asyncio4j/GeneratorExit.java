// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Thrown at the `yield` where the body of an [AsyncGenerator] stands when the generator is closed.
///
/// An [Error] on purpose, as [CancelledError]: a `catch (Exception e)` in the body does not swallow
/// it. Clean up in `finally`; code that catches it should throw it on or return.
public final class GeneratorExit extends Error {
  private static final long serialVersionUID = 1L;

  /// Makes one without a message.
  public GeneratorExit() {}
}
