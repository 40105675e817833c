// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// [WriteContractTest] over unix sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixWriteContractTest extends WriteContractTest {
  UnixWriteContractTest(LoopKind kind) {
    super(kind);
  }

  @Override
  boolean overUnix() {
    return true;
  }

  // The kernel takes less of a unix socket than one call gives it.
  @Override
  void aLargeWriteGoesToTheKernelUntilThatIsFull() {}
}
