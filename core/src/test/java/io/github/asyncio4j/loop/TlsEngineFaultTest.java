// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.tls.LentBuffers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What TLS does when system calls misbehave.
final class TlsEngineFaultTest extends TlsTest {
  private FaultInjector faults;
  private Native.Installed installed;

  TlsEngineFaultTest() {
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

  // B12
  @Test
  void readinessWithoutInputLeavesAConnectionNoBuffer() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          faults.failOften("recv", 1, Errno.EAGAIN);
          client.transport.write(bytes("hello"));
          poll();
          passIterations();
          assertThat(faults.calls("recv")).isPositive();
          assertThat(LentBuffers.of(loop)).isZero();

          faults.clear();
          accepted.untilReceived(5);
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }

  // B12
  @Test
  void transfersOfAFewBytesLoseNothing() throws Exception {
    byte[] all = pattern(20_000);
    faults.cut("recv", 7).cut("send", 7).cut("sendmsg", 7);
    run(
        () -> {
          for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            var client = recorder();
            var accepted = recorder();
            joinTls(client, accepted, version);
            client.transport.write(all);
            accepted.untilReceived(all.length);
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
            assertThat(accepted.received.toByteArray()).isEqualTo(all);
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }
}
