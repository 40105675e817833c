// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// [TransportEndContractTest] over unix sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixTransportEndContractTest extends TransportEndContractTest {
  UnixTransportEndContractTest(LoopKind kind) {
    super(kind);
  }

  @Override
  boolean overUnix() {
    return true;
  }

  // A unix socket has neither reset nor delay, and its names are tested by UnixContractTest.
  @Override
  void aPausedTransportWhosePeerResetsCostsNothingUntilItResumes() {}

  @Override
  void aHalfClosedConnectionThatIsResetIsLostAtOnceAndCostsNothingBefore() {}

  @Override
  void halfClosedConnectionsLiveUntilTheyAreResetAndEachIsNoticed() {}

  @Override
  void bothSidesSendWithoutDelay() {}

  @Override
  void theAddressesAreKnownEvenAfterTheEnd() {}
}
