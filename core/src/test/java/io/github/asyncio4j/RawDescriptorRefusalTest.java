// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.testing.TestLoop;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Loops that watch no numbers say what would help.
final class RawDescriptorRefusalTest {
  @ParameterizedTest
  @EnumSource(
      value = LoopKind.class,
      names = {"NIO_LOOP_THREAD", "NIO_BATON"})
  void theJdksSelectorRefusesANumber(LoopKind kind) throws IOException {
    int[] pair = Fds.socketpair();
    try (EventLoop loop = kind.newLoop()) {
      assertThatThrownBy(() -> loop.addReader(pair[0], () -> {}))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(
              "Polling fd "
                  + pair[0]
                  + " cannot be done by an NIO selector or socket; by a native one it can");
      assertThat(loop.removeReader(pair[0])).isFalse();
    } finally {
      Fds.close(pair);
    }
  }

  @Test
  void aTestLoopRefusesANumber() {
    try (var loop = new TestLoop()) {
      assertThatThrownBy(() -> loop.addWriter(7, () -> {}))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("a TestLoop watches no descriptors: fd 7; use a SelectorEventLoop");
      assertThat(loop.removeWriter(7)).isFalse();
    }
  }
}
