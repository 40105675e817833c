// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.socket.ResourceExhaustedException;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the coroutines of raw sockets do when system calls misbehave.
final class RawSocketFaultTest extends NetTest {
  private FaultInjector faults;
  private Native.Installed installed;

  RawSocketFaultTest() {
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

  private interface Body {
    void run(Socket listener, Socket client, Socket accepted) throws Exception;
  }

  private void connected(Body body) throws Exception {
    run(
        () -> {
          try (var listener = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
              var client = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            listener.bind(at("127.0.0.1", 0));
            listener.listen(10);
            loop.sockConnect(client, (InetSocketAddress) listener.getsockname());
            try (var accepted = loop.sockAccept(listener)) {
              body.run(listener, client, accepted);
            }
          }
        });
  }

  // EL-103, EL-105
  @Test
  void readinessThatWasFalseAndShortTransfersLoseNothing() throws Exception {
    for (var call : new String[] {"recv", "send", "accept4"}) {
      faults.failOften(call, 0.5, Errno.EAGAIN);
    }
    faults.cut("recv", 70).cut("send", 70);
    connected(
        (listener, client, accepted) -> {
          var data = pattern(60_000);
          var sending =
              loop.createTask(
                  () -> {
                    loop.sockSendall(client, data);
                    return "sent";
                  });
          var input = ByteBuffer.allocate(data.length);
          while (input.hasRemaining()) {
            loop.sockRecvInto(accepted, input);
          }
          assertThat(input.array()).isEqualTo(data);
          sending.await();
        });
  }

  // EL-108
  @Test
  void anAcceptThatFindsNoDescriptorLeavesTheConnectionPending() throws Exception {
    connected(
        (listener, client, accepted) -> {
          try (var other =
              Peer.connectAtOnce(((InetSocketAddress) listener.getsockname()).getPort())) {
            faults.failKth("accept4", (int) faults.calls("accept4") + 1, Errno.EMFILE);
            assertThatThrownBy(() -> loop.sockAccept(listener))
                .isInstanceOf(ResourceExhaustedException.class);
            try (var second = loop.sockAccept(listener)) {
              assertThat(second.getpeername()).isEqualTo(other.localAddress());
            }
          }
        });
  }

  // EL-102
  @Test
  void aWaitThatTheSystemRefusesFailsAndLeavesTheSocketUsable() throws Exception {
    connected(
        (listener, client, accepted) -> {
          faults.failKth("epoll_ctl", (int) faults.calls("epoll_ctl") + 1, Errno.ENOMEM);
          assertThatThrownBy(() -> loop.sockRecv(accepted, 10)).isInstanceOf(IOException.class);

          var receiving = loop.createTask(() -> loop.sockRecv(accepted, 10));
          Asyncio.sleep(Duration.ZERO);
          loop.sockSendall(client, bytes("after all"));
          assertThat(text(receiving.await())).isEqualTo("after all");
        });
  }
}
