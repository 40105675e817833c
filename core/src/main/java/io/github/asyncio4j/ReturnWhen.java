// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// When `Asyncio.wait` returns (TC-05); the time-out ends it in any case.
public enum ReturnWhen {
  /// As soon as one of the futures is done, whatever its outcome.
  FIRST_COMPLETED,
  /// As soon as one of the futures has failed, or all are done. A cancellation is no failure.
  FIRST_EXCEPTION,
  /// When all futures are done.
  ALL_COMPLETED
}
