// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a server does when the system has no descriptor for a connection (R-88, D-01, D-04, B15).
///
/// The shortage is real: the limit of this process.
@ParameterizedClass
@EnumSource(names = {"EPOLL_LOOP_THREAD", "NIO_LOOP_THREAD"})
final class ShortageTest extends NetTest {
  ShortageTest(LoopKind kind) {
    super(kind);
  }

  @BeforeEach
  void loadWhatIsNeededWithoutDescriptors() throws Exception {
    for (Class<?> type : new Class<?>[] {SelectorEventLoop.class, ShortageTest.class}) {
      DescriptorLimit.loadClasses(directoryOf(type), type.getClassLoader());
    }
    DescriptorLimit.exhaust().close();
  }

  private static Path directoryOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getResource(type.getSimpleName() + ".class").toURI())
        .getParent()
        .resolve("../../../..")
        .normalize();
  }

  // D-01
  @Test
  void aServerRestsReportsOnceAndServesEveryClientWhenThereAreDescriptorsAgain() throws Exception {
    run(
        () -> {
          int count = 20;
          var accepted = new ArrayList<Recorder>();
          var peers = new ArrayList<Peer>();
          try (var server =
              serve(
                  () -> {
                    accepted.add(recorder());
                    return accepted.getLast();
                  },
                  ServerOptions.DEFAULT.backlog(count))) {
            int port = port(server);
            for (int i = 0; i < count; i++) {
              peers.add(Peer.connectAtOnce(port));
            }
            long selects;
            try (var _ = DescriptorLimit.exhaust()) {
              passIterations();
              long before = selector.selects();
              Asyncio.sleep(Duration.ofMillis(1200));
              selects = selector.selects() - before;
            }
            while (accepted.size() < count) {
              poll();
            }

            var report = onlyReport();
            assertThat(report.message()).isEqualTo("socket.accept() out of system resource");
            assertThat(report.exception()).hasMessageContaining("EMFILE");
            assertThat(report.get("socket")).isNotNull();
            assertThat(selects).isLessThan(20);
          }
          for (var peer : peers) {
            peer.close();
          }
          for (var recorder : accepted) {
            recorder.untilLost();
          }
        });
  }

  // D-04
  @Test
  void aServerThatIsClosedWhileItRestsStaysClosed() throws Exception {
    run(
        () -> {
          Peer peer;
          try (var server = serve(this::recorder)) {
            peer = Peer.connectAtOnce(port(server));
            try (var _ = DescriptorLimit.exhaust()) {
              passIterations();
            }
            assertThat(onlyReport().message()).isEqualTo("socket.accept() out of system resource");
          }
          Asyncio.sleep(Duration.ofMillis(1100));
          peer.close();
        });
  }
}
