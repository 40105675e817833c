// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.SyscallRecorder;
import io.github.asyncio4j.socket.ResourceExhaustedException;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a datagram transport does when system calls misbehave, and how many it makes.
final class DatagramFaultTest extends NetTest {
  private FaultInjector faults;
  private SyscallRecorder recorder;
  private Native.Installed installed;

  DatagramFaultTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    recorder = new SyscallRecorder(Native.syscalls());
    faults = new FaultInjector(recorder, 1);
    installed = Native.install(faults);
    super.openLoop();
  }

  @AfterEach
  void installNoFaults() {
    installed.close();
  }

  private DatagramRecorder joined(
      DatagramRecorder recorder, @Nullable SocketAddress local, @Nullable SocketAddress remote)
      throws Exception {
    loop.createDatagramEndpoint(() -> recorder, local, remote);
    return recorder;
  }

  private DatagramRecorder bound() throws Exception {
    return joined(new DatagramRecorder(loop), at("127.0.0.1", 0), null);
  }

  private static void close(DatagramRecorder... endpoints) throws Exception {
    for (var endpoint : endpoints) {
      endpoint.transport.close();
      endpoint.untilLost();
      assertThat(endpoint.breaches).isEmpty();
    }
  }

  //
  @Test
  void aFullKernelHasDatagramsWaitAndTheProtocolPause() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = joined(new DatagramRecorder(loop), null, server.address());
          client.transport.setWriteBufferLimits(100, 50);
          faults.failOften("sendmmsg", 1, Errno.EAGAIN);
          var data = ByteBuffer.wrap(new byte[30]);

          client.transport.sendto(data);
          data.put(0, (byte) 1);
          assertThat(client.transport.getWriteBufferSize()).isEqualTo(38);
          client.transport.sendto(new byte[30], server.address());
          assertThat(client.calls).containsExactly("made");
          client.transport.sendto(new byte[0], null);
          client.transport.sendto(new byte[30], null);
          assertThat(client.transport.getWriteBufferSize()).isEqualTo(122);
          assertThat(client.calls).containsExactly("made", "pause");
          passIterations();
          assertThat(server.received).isEmpty();

          faults.clear();
          server.untilReceived(4);
          client.until(() -> client.calls.contains("resume"));
          assertThat(server.received.get(0)).isEqualTo(new byte[30]);
          assertThat(server.received.get(2)).isEmpty();
          assertThat(client.transport.getWriteBufferSize()).isZero();
          close(client, server);
          assertThat(client.calls).containsExactly("made", "pause", "resume", "lost");
        });
  }

  //
  @Test
  void aCloseSendsWhatWaitsFirstAndAnAbortDropsIt() throws Exception {
    run(
        () -> {
          var server = bound();
          var closed = joined(new DatagramRecorder(loop), null, server.address());
          var aborted = joined(new DatagramRecorder(loop), null, server.address());
          faults.failOften("sendmmsg", 1, Errno.EAGAIN);
          closed.transport.sendto(new byte[] {1}, null);
          closed.transport.sendto(new byte[] {2}, null);
          aborted.transport.sendto(new byte[] {3}, null);

          closed.transport.close();
          aborted.transport.abort();
          passIterations();
          assertThat(closed.isLost()).isFalse();
          assertThat(aborted.isLost()).isTrue();
          assertThat(aborted.transport.getWriteBufferSize()).isZero();
          faults.clear();
          closed.untilLost();
          server.untilReceived(2);
          passIterations();

          assertThat(server.received).containsExactly(new byte[] {1}, new byte[] {2});
          close(server);
        });
  }

  //
  @Test
  void aSendThatFailsIsToldAndItsDatagramIsDropped() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = joined(new DatagramRecorder(loop), null, server.address());
          faults.failKth("sendmmsg", 1, Errno.ENOBUFS).failKth("sendmmsg", 2, Errno.EPERM);
          client.transport.sendto(new byte[] {1}, null);
          client.transport.sendto(new byte[] {2}, null);
          client.transport.sendto(new byte[] {3}, null);
          server.untilReceived(1);
          faults.failKth("sendmmsg", 1, Errno.EAGAIN).failKth("sendmmsg", 2, Errno.ENETUNREACH);
          client.transport.sendto(new byte[] {4}, null);
          client.transport.sendto(new byte[] {5}, null);
          server.untilReceived(2);
          client.untilErrors(3);

          assertThat(server.received).containsExactly(new byte[] {3}, new byte[] {5});
          assertThat(client.errors.get(0)).isInstanceOf(ResourceExhaustedException.class);
          assertThat(client.errors.get(1)).hasMessageContaining("EPERM");
          assertThat(client.errors.get(2)).hasMessageContaining("ENETUNREACH");
          close(client, server);
        });
  }

  //
  @Test
  void aFailureOfTheLastDatagramIsToldBeforeTheEnd() throws Exception {
    run(
        () -> {
          var server = bound();
          var atOnce = joined(new DatagramRecorder(loop), null, server.address());
          var later = joined(new DatagramRecorder(loop), null, server.address());
          faults.failKth("sendmmsg", 1, Errno.EPERM);
          atOnce.transport.sendto(new byte[1], null);
          close(atOnce);
          faults.failKth("sendmmsg", 1, Errno.EAGAIN).failKth("sendmmsg", 2, Errno.EPERM);
          later.transport.sendto(new byte[1], null);
          close(later);

          assertThat(atOnce.calls).containsExactly("made", "error", "lost");
          assertThat(later.calls).containsExactly("made", "error", "lost");
          close(server);
        });
  }

  //
  @Test
  void aReceiveThatFailsIsToldAndTheNextDatagramArrives() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = joined(new DatagramRecorder(loop), null, server.address());
          faults
              .failKth("recvmmsg", 1, Errno.ENOMEM)
              .failKth("recvmmsg", 2, Errno.EINTR)
              .failKth("recvmmsg", 3, Errno.EAGAIN)
              .failKth("recvmmsg", 4, Errno.EHOSTUNREACH);
          client.transport.sendto(new byte[] {1}, null);
          server.untilReceived(1);

          assertThat(server.errors).hasSize(2).allMatch(SocketException.class::isInstance);
          close(client, server);
        });
  }

  //
  @Test
  void aBindAndAConnectThatFailLeaveNothingOpen() throws Exception {
    run(
        () -> {
          faults.failKth("bind", 1, Errno.EACCES);
          assertThatThrownBy(this::bound).hasMessageContaining("EACCES");
          faults.failKth("connect", 1, Errno.ENETUNREACH);
          assertThatThrownBy(() -> joined(new DatagramRecorder(loop), null, at("127.0.0.1", 9)))
              .hasMessageContaining("ENETUNREACH");
          faults.failKth("socket", 1, Errno.EMFILE);
          assertThatThrownBy(this::bound).isInstanceOf(ResourceExhaustedException.class);
          faults.failKth("epoll_ctl", 1, Errno.ENOSPC);
          var refused = bound();
          refused.untilLost();
          assertThat(refused.lostTo).hasMessageContaining("ENOSPC");
        });
  }

  @Test
  void manyAreReceivedAndAnsweredByFewCalls() throws Exception {
    run(
        () -> {
          var server =
              new DatagramProtocol() {
                private final Future<@Nullable Void> first = loop.createFuture();
                private final Future<@Nullable Void> second = loop.createFuture();
                private @Nullable DatagramTransport transport;
                private int count;

                @Override
                public void connectionMade(BaseTransport transport) {
                  this.transport = (DatagramTransport) transport;
                }

                @Override
                public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                  transport.sendto(data, addr);
                  count++;
                  if (count == 200 || count == 360) {
                    (count == 200 ? first : second).setResult(null);
                  }
                }
              };
          loop.createDatagramEndpoint(() -> server, at("127.0.0.1", 0), null);
          var address = server.transport.getExtraInfo("sockname", InetSocketAddress.class);
          try (var peer = new DatagramSocket(at("127.0.0.1", 0))) {
            sendFrom(peer, address, 200);
            server.first.await();
            receiveAnswers(peer, 200);
            recorder.clear();
            sendFrom(peer, address, 160);
            server.second.await();

            assertThat(recorder.count("recvmmsg")).isLessThan(40);
            assertThat(recorder.count("sendmmsg")).isLessThan(40);
            receiveAnswers(peer, 160);
          }
          server.transport.close();
          passIterations();
        });
  }

  /// Sends from inside of the loop, so that all are there when it polls.
  private static void sendFrom(DatagramSocket peer, InetSocketAddress to, int datagrams)
      throws Exception {
    for (int i = 0; i < datagrams; i++) {
      peer.send(new DatagramPacket(new byte[] {(byte) i}, 1, to));
    }
  }

  private static void receiveAnswers(DatagramSocket peer, int datagrams) throws Exception {
    var packet = new DatagramPacket(new byte[10], 10);
    for (int i = 0; i < datagrams; i++) {
      peer.receive(packet);
      assertThat(packet.getData()[0]).isEqualTo((byte) i);
    }
  }

  // Others get their turns while datagrams flood in, and what was dropped is counted.
  @Test
  void aFloodStarvesNobodyAndIsCounted() throws Exception {
    run(
        () -> {
          var server =
              joined(
                  new DatagramRecorder(loop) {
                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      super.datagramReceived(data.limit(data.position()), addr);
                    }
                  },
                  at("127.0.0.1", 0),
                  null);
          var turns = new ArrayList<Integer>();
          var flood =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try (var peer = new DatagramSocket()) {
                          for (int i = 0; i < 50_000; i++) {
                            peer.send(new DatagramPacket(new byte[1000], 1000, server.address()));
                          }
                        } catch (IOException e) {
                          throw new UncheckedIOException(e);
                        }
                      });
          while (flood.isAlive()) {
            int before = server.received.size();
            Asyncio.sleep(Duration.ZERO);
            turns.add(server.received.size() - before);
          }
          int settled;
          do {
            settled = server.received.size();
            Asyncio.sleep(Duration.ofMillis(20));
          } while (server.received.size() > settled);

          // A task that yields is ready, so each of its turns has one datagram at most.
          assertThat(turns).allMatch(count -> count <= 1);
          assertThat(server.received.size() + server.transport.getDroppedDatagrams())
              .isEqualTo(50_000);
          close(server);
          assertThat(server.transport.getDroppedDatagrams()).isZero();
          assertThat(server.transport.getWriteBufferLimits()).isEqualTo(WriteBufferLimits.DEFAULT);
          assertThat(List.copyOf(server.errors)).isEmpty();
        });
  }
}
