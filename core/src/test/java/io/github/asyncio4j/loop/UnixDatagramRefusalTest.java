// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Loops without unix datagram sockets say so, and touch nothing.
final class UnixDatagramRefusalTest {
  @TempDir private Path directory;

  private void ensureRefused(EventLoop loop, String reason) throws Exception {
    var path = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (var stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stale.bind(path);
    }
    var before = OpenSockets.now();
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(
                  () -> loop.createDatagramEndpoint(() -> new DatagramRecorder(loop), path, null))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining(reason);
          assertThatThrownBy(
                  () ->
                      loop.createDatagramEndpoint(
                          () -> new DatagramRecorder(loop),
                          DatagramOptions.DEFAULT.family(StandardProtocolFamily.UNIX)))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining(reason);
        });
    assertThat(path.getPath()).exists();
    assertThat(OpenSockets.now()).isEqualTo(before);
  }

  // EL-61
  @ParameterizedTest
  @EnumSource(value = LoopKind.class, mode = EnumSource.Mode.MATCH_ALL, names = "NIO_.*")
  void theSocketsOfTheJdkAreNotOfThisKind(LoopKind kind) throws Exception {
    try (var loop = kind.newLoop()) {
      ensureRefused(loop, "A unix datagram socket cannot be done");
    }
  }
}
