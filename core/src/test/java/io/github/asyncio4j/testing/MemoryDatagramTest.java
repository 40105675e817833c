// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.loop.DatagramContract;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.DatagramProtocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Sockets in memory.
@ParameterizedClass
@EnumSource(Engine.class)
final class MemoryDatagramTest extends DatagramContract {
  private final Engine engine;
  private @Nullable TestLoop test;

  MemoryDatagramTest(Engine engine) {
    this.engine = engine;
  }

  @Override
  protected EventLoop newLoop() {
    test = engine.newLoop(1, LinkConditions.PLAIN);
    return test;
  }

  @Override
  protected Socket newSocket(StandardProtocolFamily family, SocketType type) throws IOException {
    return test.link().sockets().open(family, type);
  }

  @Override
  protected Object openSockets() {
    return test == null ? 0 : test.link().sockets().openSockets();
  }

  @Override
  protected boolean sendsEmptyWhenConnected() {
    return true;
  }

  /// Sends some datagrams under way for up to 10 ms, and returns the order in which they came.
  private static List<Integer> orderOf(TestLoop loop) throws Exception {
    return loop.runUntilComplete(
        () -> {
          var order = new ArrayList<Integer>();
          Future<@Nullable Void> all = loop.createFuture();
          var name = InetSocketAddress.createUnresolved("server", 53);
          loop.createDatagramEndpoint(
              () ->
                  new DatagramProtocol() {
                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      order.add((int) data.get());
                      if (order.size() == 20) {
                        all.setResult(null);
                      }
                    }
                  },
              name,
              null);
          var client = loop.createDatagramEndpoint(() -> new DatagramProtocol() {}, null, name);
          for (byte i = 0; i < 20; i++) {
            client.transport().sendto(new byte[] {i}, null);
          }
          long before = loop.time();
          all.await();
          assertThat(loop.time() - before).isLessThanOrEqualTo(Duration.ofMillis(10).toNanos());
          return order;
        });
  }

  @Test
  void theSeedDecidesWhichDatagramOvertakesWhich() throws Exception {
    var orders = new HashSet<List<Integer>>();
    for (int seed = 0; seed < 5; seed++) {
      List<Integer> first;
      try (var once = engine.newLoop(seed, LinkConditions.VARIED)) {
        first = orderOf(once);
      }
      try (var again = engine.newLoop(seed, LinkConditions.VARIED)) {
        assertThat(orderOf(again)).isEqualTo(first);
      }
      orders.add(first);
    }
    assertThat(orders).hasSizeGreaterThan(1);
  }
}
