// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// [RandomOperationsTest] over unix sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixRandomOperationsTest extends RandomOperationsTest {
  UnixRandomOperationsTest(LoopKind kind) {
    super(kind);
  }

  @Override
  boolean overUnix() {
    return true;
  }

  /// The kernel keeps 208 KiB of a unix socket, far less than of TCP.
  @Override
  int divisor() {
    return 40;
  }
}
