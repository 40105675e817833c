// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.api.Test;
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

  // the system counts it as broken, and nothing was lost
  @Test
  void aPeerThatIsClosedInGoodOrderIsNoReset() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          accepted.keepOpenAtEof = true;
          joinPeer(accepted).close();
          accepted.until(() -> accepted.calls.contains("eof"));
          assertQuiet();
          assertThat(accepted.isLost()).isFalse();
          accepted.transport.close();
          accepted.untilLost();
          assertThat(accepted.lostTo).isNull();
        });
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
