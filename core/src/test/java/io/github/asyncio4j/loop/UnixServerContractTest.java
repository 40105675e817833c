// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// [ServerContractTest] over unix sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixServerContractTest extends ServerContractTest {
  UnixServerContractTest(LoopKind kind) {
    super(kind);
  }

  @Override
  boolean overUnix() {
    return true;
  }

  // No keep-alive; and a socket of the JDK listens from the bind on.
  @Override
  void keepAliveIsInheritedByTheConnections() {}

  @Override
  void aServerThatDoesNotStartServingRefusesUntilItDoes() {}
}
