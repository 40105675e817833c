// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.socket.ResourceExhaustedException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What unix clients and servers do when system calls fail, or are cancelled.
final class UnixFaultTest extends NetTest {
  @TempDir private Path directory;
  private FaultInjector faults;
  private Native.Installed installed;

  UnixFaultTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    faults = new FaultInjector(Native.syscalls(), 1);
    installed = Native.install(faults);
    super.openLoop();
  }

  @AfterEach
  void installNoFaults() {
    installed.close();
  }

  private Path path() {
    return directory.resolve("s");
  }

  // EL-64, EL-80, D6
  @Test
  void whatIsNotPermittedIsToldWithThePath() throws Exception {
    run(
        () -> {
          for (int errno : new int[] {Errno.EACCES, Errno.EPERM, Errno.EROFS}) {
            faults.failKth("bind", 1, errno);
            assertThatThrownBy(() -> loop.createUnixServer(this::recorder, path()))
                .isInstanceOfSatisfying(
                    AccessDeniedException.class,
                    e -> assertThat(e.getFile()).isEqualTo(path().toString()))
                .hasMessageContaining(Errno.name(errno));
          }
          faults.failKth("bind", 1, Errno.ENOSPC);
          assertThatThrownBy(() -> loop.createUnixServer(this::recorder, path()))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining(path().toString())
              .hasMessageContaining("ENOSPC");
          faults.failKth("connect", 1, Errno.EACCES);
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, path()))
              .isInstanceOfSatisfying(
                  AccessDeniedException.class,
                  e -> assertThat(e.getFile()).isEqualTo(path().toString()));
          faults.failKth("connect", 1, Errno.EPROTOTYPE);
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, path()))
              .isInstanceOf(IOException.class)
              .hasMessageContaining(path().toString())
              .hasMessageContaining("EPROTOTYPE");
          faults.failKth("socket", 1, Errno.EMFILE);
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, path()))
              .isInstanceOf(ResourceExhaustedException.class);
        });
  }

  // EL-80, R-96
  @Test
  void aServerThatCannotListenLeavesNoFile() throws Exception {
    run(
        () -> {
          for (var call : new String[] {"listen", "epoll_ctl"}) {
            faults.failKth(call, 1, Errno.ENOMEM);
            assertThatThrownBy(() -> loop.createUnixServer(this::recorder, path()))
                .isInstanceOf(IOException.class);
            assertThat(path()).doesNotExist();
            faults.clear();
          }
        });
  }

  // EL-64
  @Test
  void aQueueThatIsFullIsTriedAgainWithANewSocket() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = loop.createUnixServer(() -> accepted, path())) {
            for (int k = 1; k <= 3; k++) {
              faults.failKth("connect", k, Errno.EAGAIN);
            }
            loop.createUnixConnection(this::recorder, path()).transport().close();
            accepted.untilLost();
            assertThat(faults.calls("connect")).isEqualTo(4);
            assertThat(server.isServing()).isTrue();
          }
        });
  }

  // B19
  @Test
  void connectingThatIsCancelledAtAnyPointLeavesNothing() throws Exception {
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          var server =
              loop.createUnixServer(
                  () -> {
                    accepted.add(recorder());
                    return accepted.getLast();
                  },
                  path());
          for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            if (random.nextBoolean()) {
              faults.failKth("connect", 1, random.nextBoolean() ? Errno.EAGAIN : Errno.ENOENT);
            }
            var call = loop.createTask(() -> loop.createUnixConnection(this::recorder, path()));
            for (int i = random.nextInt(8); i > 0; i--) {
              Asyncio.sleep(Duration.ZERO);
            }
            call.cancel();
            try {
              call.await().transport().abort();
            } catch (CancelledError | IOException e) {
              // One or the other, as it comes.
            }
            faults.clear();
          }
          server.close();
          server.abortClients();
          server.waitClosed();
          assertThat(accepted).allMatch(Recorder::isLost);
          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, path()))
              .isNotInstanceOf(ConnectException.class)
              .isInstanceOf(IOException.class);
        });
  }

  // B20
  @Test
  void noWordReachesAnotherConnectionWhileOthersAreCancelled() throws Exception {
    run(
        () -> {
          var server =
              Asyncio.startUnixServer(
                  (reader, writer) -> {
                    try (writer) {
                      writer.write(reader.readline());
                    }
                  },
                  path());
          var workers = new ArrayList<io.github.asyncio4j.Task<Integer>>();
          for (int w = 0; w < 8; w++) {
            int worker = w;
            workers.add(loop.createTask(() -> talkAndCancel(worker)));
          }
          for (var worker : workers) {
            assertThat(worker.await()).isEqualTo(40);
          }
          server.close();
          server.waitClosed();
        });
  }

  private int talkAndCancel(int worker) throws Exception {
    int echoed = 0;
    for (int i = 0; i < 40; i++) {
      var doomed = loop.createTask(() -> ask("doomed\n"));
      Asyncio.sleep(Duration.ZERO);
      doomed.cancel();
      var token = worker + "/" + i + "\n";
      if (ask(token).equals(token)) {
        echoed++;
      }
    }
    return echoed;
  }

  private String ask(String token) throws Exception {
    try (var connection = Asyncio.openUnixConnection(path())) {
      connection.writer().write(token, java.nio.charset.StandardCharsets.US_ASCII);
      return text(connection.reader().readline());
    }
  }
}
