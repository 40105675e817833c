// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.AddressInfoFlag;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.transport.BaseTransport;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What must work in a JVM that was given no flag at all.
@Tag("portable")
final class PortableNetTest {
  // EL-110
  @Test
  void aCanonicalNameNeedsAFlagThatIsNamed() throws Exception {
    try (var loop = new SelectorEventLoop()) {
      assertThatThrownBy(
              () ->
                  loop.runUntilComplete(
                      () ->
                          loop.getaddrinfo(
                              "localhost",
                              1,
                              AddressInfoOptions.DEFAULT.flags(AddressInfoFlag.AI_CANONNAME))))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("AI_CANONNAME")
          .hasMessageContaining("--enable-native-access");
    }
  }

  @Test
  void aServerAndAClientTalkOverWhatTheJdkOffers() throws Exception {
    try (var loop = new SelectorEventLoop()) {
      loop.runUntilComplete(
          () ->
              Asyncio.timeout(
                  Duration.ofSeconds(100),
                  () -> {
                    var client = new Recorder(loop);
                    var echo =
                        new Recorder(loop) {
                          @Override
                          public void dataReceived(ByteBuffer data) {
                            transport.write(data.duplicate());
                            super.dataReceived(data);
                          }

                          @Override
                          public void connectionMade(BaseTransport transport) {
                            super.connectionMade(transport);
                            this.transport.write(NetTest.bytes("hello "));
                          }
                        };
                    try (var server = loop.createServer(() -> echo, "localhost", 0)) {
                      loop.createConnection(() -> client, "localhost", NetTest.port(server));
                      client.transport.write(NetTest.bytes("world"));
                      client.untilReceived(11);
                      client.transport.close();
                      echo.untilLost();
                    }
                    assertThat(client.text()).isEqualTo("hello world");
                  }));
    }
  }

  @Test
  void datagramsTravelAndWhatNeedsAFlagNamesIt() throws Exception {
    try (var loop = new SelectorEventLoop()) {
      loop.runUntilComplete(
          () ->
              Asyncio.timeout(
                  Duration.ofSeconds(100),
                  () -> {
                    var server = new DatagramRecorder(loop);
                    var client = new DatagramRecorder(loop);
                    loop.createDatagramEndpoint(
                        () -> server, InetSocketAddress.createUnresolved("localhost", 0), null);
                    loop.createDatagramEndpoint(() -> client, null, server.address());
                    client.transport.sendto(NetTest.bytes("hello"));
                    server.untilReceived(1);

                    assertThat(server.texts()).containsExactly("hello");
                    assertThatThrownBy(client.transport::getDroppedDatagrams)
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("--enable-native-access");
                    assertThatThrownBy(() -> client.transport.sendto(NetTest.bytes("")))
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("--enable-native-access");
                    client.transport.close();
                    server.transport.close();
                    client.untilLost();
                    server.untilLost();
                  }));
    }
  }

  // EL-61
  @Test
  void aUnixDatagramEndpointNeedsAFlagThatIsNamed() throws Exception {
    var path = UnixDomainSocketAddress.of("/tmp/never-made");
    try (var loop = new SelectorEventLoop()) {
      assertThatThrownBy(
              () ->
                  loop.runUntilComplete(
                      () -> {
                        loop.createDatagramEndpoint(() -> new DatagramRecorder(loop), path, null);
                      }))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("unix datagram")
          .hasMessageContaining("--enable-native-access");
    }
  }
}
