// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(LoopKind.class)
final class ConnectionContextTest extends ConnectionContextContract {
  private final LoopKind kind;

  ConnectionContextTest(LoopKind kind) {
    this.kind = kind;
  }

  @Override
  protected EventLoop newLoop() {
    return kind.newLoop();
  }
}
