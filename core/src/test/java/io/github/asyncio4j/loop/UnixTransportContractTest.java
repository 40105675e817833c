// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// [TransportContractTest] over unix sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixTransportContractTest extends TransportContractTest {
  UnixTransportContractTest(LoopKind kind) {
    super(kind);
  }

  @Override
  boolean overUnix() {
    return true;
  }

  // A unix socket has no reset.
  @Override
  void aResetIsNotReportedAndEndsTheConnectionWithTheError() {}

  @Override
  void writingToAPeerThatIsGoneEndsTheConnectionWithTheErrorAndNeverThrows() {}
}
