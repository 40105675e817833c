// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NativeTest {
  @Test
  void withTheFlagsSystemCallsCanBeMadeAndChannelsTellTheirNumbers() {
    assertThat(Native.isAvailable()).isTrue();
    assertThat(ChannelDescriptors.areKnown()).isTrue();
  }

  @Test
  @Tag("portable")
  void aJvmWithoutFlagsIsToldWhichOneIsMissing() {
    boolean granted = Native.class.getModule().isNativeAccessEnabled();

    assertThat(Native.isAvailable()).isEqualTo(granted);
    assertThatThrownBy(Native::syscalls)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("--enable-native-access=io.github.asyncio4j");
  }

  @Test
  void aFailureIsTheNegatedErrno() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);

      assertThat(Native.syscalls().close(errno, 987_654)).isEqualTo(-Errno.EBADF);
      assertThat(Native.syscalls().listen(errno, 0, 1)).isEqualTo(-Errno.ENOTSOCK);
    }
  }

  @Test
  void aSubstituteLastsUntilItsEnd() {
    Syscalls real = Native.syscalls();
    var substitute = new SyscallRecorder(real);

    try (Native.Installed _ = Native.install(substitute)) {
      assertThat(Native.syscalls()).isSameAs(substitute);
    }

    assertThat(Native.syscalls()).isSameAs(real);
  }
}
