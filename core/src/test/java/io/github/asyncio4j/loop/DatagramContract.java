// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a datagram endpoint promises, on any loop that has some.
public abstract class DatagramContract extends DatagramEndpointContract {
  private static final ContextVar<String> WHO = ContextVar.of("who", "nobody");

  // EL-60, TP-10
  @Test
  public void aDatagramComesWithItsSenderAndIsAnswered() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);

          client.transport.sendto(bytes("ping"));
          server.untilReceived(1);
          assertThat(server.senders).containsExactly(client.address());
          server.transport.sendto(bytes("pong"), server.senders.getFirst());
          client.untilReceived(1);

          assertThat(server.texts()).containsExactly("ping");
          assertThat(client.texts()).containsExactly("pong");
          assertThat(client.senders).containsExactly(server.address());
          closeAll();
          assertThat(client.calls).containsExactly("made", "datagram", "lost");
        });
  }

  //
  @Test
  public void connectionMadeComesFirstThenTheCallingTaskThenTheDatagrams() throws Exception {
    run(
        () -> {
          var sender = bound();
          var socket = newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM);
          socket.bind(ANY_PORT);
          sender.transport.sendto(bytes("early"), socket.getsockname());
          var receiver = recorder();
          loop.createDatagramEndpoint(() -> receiver, DatagramOptions.DEFAULT.sock(socket));

          assertThat(receiver.calls).containsExactly("made");
          receiver.untilReceived(1);
          assertThat(receiver.texts()).containsExactly("early");
          closeAll();
        });
  }

  //
  @Test
  public void emptyDatagramsGoOutAndComeIn() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = bound();

          client.transport.sendto(bytes(""), server.address());
          client.transport.sendto(bytes("x"), server.address());
          client.transport.sendto(bytes(""), server.address());
          server.untilReceived(3);

          assertThat(server.texts()).containsExactly("", "x", "");
          closeAll();
        });
  }

  //
  @Test
  public void aConnectedEndpointSendsEmptyDatagramsOrSaysThatItCannot() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);

          if (sendsEmptyWhenConnected()) {
            client.transport.sendto(bytes(""));
            server.untilReceived(1);
            assertThat(server.texts()).containsExactly("");
          } else {
            assertThatThrownBy(() -> client.transport.sendto(bytes("")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("native");
          }
          closeAll();
        });
  }

  //
  @Test
  public void whatADatagramQueuesComesBeforeTheNextDatagram() throws Exception {
    run(
        () -> {
          var order = new ArrayList<String>();
          var server =
              watched(
                  new DatagramRecorder(loop) {
                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      var text = StandardCharsets.US_ASCII.decode(data.duplicate()).toString();
                      order.add(text);
                      if (!text.equals("3")) {
                        loop.callSoon(() -> order.add("after " + text));
                      }
                      super.datagramReceived(data, addr);
                    }
                  });
          joined(server, ANY_PORT, null);
          var client = bound();
          var expected = new ArrayList<String>();
          for (int round = 0; round < 20; round++) {
            for (int i = 1; i <= 4; i++) {
              client.transport.sendto(bytes("" + i), server.address());
              expected.add("" + i);
              if (i != 3) {
                expected.add("after " + i);
              }
            }
          }
          server.untilReceived(80);
          Asyncio.sleep(Duration.ZERO);

          assertThat(order).isEqualTo(expected);
          closeAll();
        });
  }

  @Test
  public void manyDatagramsComeWholeAndInOrder() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);
          for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 20; i++) {
              var data = new byte[1 + (round * 20 + i) * 7 % 1500];
              Arrays.fill(data, (byte) (round * 20 + i));
              client.transport.sendto(ByteBuffer.wrap(data));
            }
            server.untilReceived((round + 1) * 20);
          }

          for (int i = 0; i < 1000; i++) {
            assertThat(server.received.get(i)).hasSize(1 + i * 7 % 1500).containsOnly((byte) i);
          }
          closeAll();
        });
  }

  @Test
  public void answersToManyDatagramsComeInOrder() throws Exception {
    run(
        () -> {
          var server =
              watched(
                  new DatagramRecorder(loop) {
                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      transport.sendto(data.duplicate(), addr);
                      super.datagramReceived(data, addr);
                    }
                  });
          joined(server, ANY_PORT, null);
          var client = connectedTo(server);
          var expected = new ArrayList<String>();
          for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 40; i++) {
              expected.add(round + "." + i);
              client.transport.sendto(bytes(expected.getLast()));
            }
            client.untilReceived(expected.size());
          }

          assertThat(client.texts()).isEqualTo(expected);
          assertThat(server.transport.getWriteBufferSize()).isZero();
          closeAll();
        });
  }

  //
  @Test
  public void anotherAddressThanTheRemoteOneIsRefusedAndSoIsNone() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);

          assertThatThrownBy(() -> client.transport.sendto(bytes("x"), client.address()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining(client.address().toString());
          client.transport.sendto(bytes("ok"), server.address());
          server.untilReceived(1);
          assertThatThrownBy(() -> server.transport.sendto(bytes("x")))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(
                  () ->
                      server.transport.sendto(
                          bytes("x"), InetSocketAddress.createUnresolved("host", 1)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("host");
          assertThatThrownBy(() -> server.transport.sendto(bytes("x"), ANY_PORT_6))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("INET");
          closeAll();
        });
  }

  // TP-05, D-05
  @Test
  public void whatIsSentOnAClosedEndpointIsDropped() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);
          var unconnected = bound();
          for (var endpoint : List.of(client, unconnected)) {
            endpoint.transport.close();
            endpoint.transport.close();
            assertThat(endpoint.transport.isClosing()).isTrue();
            for (int i = 0; i < 7; i++) {
              var data = bytes("late");
              endpoint.transport.sendto(data, server.address());
              assertThat(data.hasRemaining()).isFalse();
            }
            endpoint.untilLost();
            endpoint.transport.sendto(bytes("later"), server.address());
            assertThat(endpoint.lostTo).isNull();
            assertThat(endpoint.transport.getExtraInfo("sockname")).isNotNull();
          }
          unconnected.transport.abort();
          closeAll();
          assertThat(server.received).isEmpty();
        });
  }

  //
  @Test
  public void aPortThatNobodyHasIsToldAndTheEndpointLivesOn() throws Exception {
    run(
        () -> {
          var gone = bound();
          var address = gone.address();
          var client = connectedTo(gone);
          gone.transport.close();
          gone.untilLost();
          Asyncio.sleep(Duration.ofMillis(1));

          for (int i = 1; i <= 20; i++) {
            client.transport.sendto(bytes("anybody?"));
            client.untilErrors(i);
          }
          assertThat(client.errors)
              .hasSize(20)
              .allSatisfy(
                  e ->
                      assertThat(e)
                          .isInstanceOf(PortUnreachableException.class)
                          .hasMessageContaining("ECONNREFUSED"));
          var back = joined(recorder(), address, null);
          client.transport.sendto(bytes("there"));
          back.untilReceived(1);
          back.transport.sendto(bytes("here"), client.address());
          client.untilReceived(1);

          assertThat(client.texts()).containsExactly("here");
          assertThat(client.transport.isClosing()).isFalse();
          closeAll();
        });
  }

  //
  @Test
  public void aDatagramThatIsTooLargeIsToldAndTheLargestOneTravels() throws Exception {
    run(
        () -> {
          var server = bound();
          var client = connectedTo(server);
          var largest = new byte[65_507];
          Arrays.fill(largest, (byte) 7);

          client.transport.sendto(new byte[65_508], null);
          client.transport.sendto(new byte[1_000_000], null);
          assertThat(client.errors).isEmpty();
          client.untilErrors(2);
          assertThat(client.errors).allSatisfy(e -> assertThat(e).hasMessageContaining("EMSGSIZE"));
          client.transport.sendto(largest, null);
          server.untilReceived(1);

          assertThat(server.received.getFirst()).isEqualTo(largest);
          closeAll();
        });
  }

  // TP-10
  @Test
  public void anExceptionOfTheProtocolIsReportedAndTheEndpointLivesOn() throws Exception {
    run(
        () -> {
          var server =
              watched(
                  new DatagramRecorder(loop) {
                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      super.datagramReceived(data, addr);
                      if (received.size() == 2) {
                        throw new IllegalArgumentException("indigestible");
                      }
                    }
                  });
          joined(server, ANY_PORT, null);
          var client = connectedTo(server);
          for (int i = 0; i < 5; i++) {
            client.transport.sendto(bytes("" + i));
          }
          server.untilReceived(5);

          assertThat(onlyReport().exception()).hasMessage("indigestible");
          assertThat(server.texts()).containsExactly("0", "1", "2", "3", "4");
          closeAll();
        });
  }

  @Test
  public void afterACloseInsideOfDatagramReceivedNothingMoreIsReceived() throws Exception {
    run(
        () -> {
          var server =
              watched(
                  new DatagramRecorder(loop) {
                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      super.datagramReceived(data, addr);
                      if (received.size() == 30) {
                        transport.sendto(bytes("last words"), addr);
                        transport.close();
                      }
                    }
                  });
          joined(server, ANY_PORT, null);
          var client = bound();
          for (int i = 0; i < 60; i++) {
            client.transport.sendto(bytes("" + i), server.address());
          }
          server.untilLost();
          client.untilReceived(1);

          assertThat(server.received).hasSize(30);
          assertThat(client.texts()).containsExactly("last words");
          closeAll();
        });
  }

  @Test
  public void aProtocolThatIsNotForDatagramsIsRefused() throws Exception {
    run(
        () -> {
          var server = bound();
          var other = new DatagramRecorder(loop);

          assertThatThrownBy(() -> server.transport.setProtocol(new Protocol() {}))
              .isInstanceOf(IllegalArgumentException.class);
          other.connectionMade(server.transport);
          server.transport.setProtocol(other);
          var client = connectedTo(server);
          client.transport.sendto(bytes("to the second"));
          other.untilReceived(1);

          BaseProtocol now = server.transport.getProtocol();
          assertThat(now).isSameAs(other);
          assertThat(other.breaches).isEmpty();
          server.transport.setProtocol(server);
          closeAll();
        });
  }

  // EL-79
  @Test
  public void allCallsOfAnEndpointShareItsContext() throws Exception {
    run(
        () -> {
          var seen = new ArrayList<String>();
          var server =
              watched(
                  new DatagramRecorder(loop) {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      seen.add(WHO.get());
                      WHO.set("endpoint");
                      super.connectionMade(transport);
                    }

                    @Override
                    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                      seen.add(WHO.get());
                      super.datagramReceived(data, addr);
                    }

                    @Override
                    public void errorReceived(IOException exc) {
                      seen.add("error " + WHO.get());
                      super.errorReceived(exc);
                    }
                  });
          WHO.set("maker");
          joined(server, ANY_PORT, null);
          WHO.set("sender");
          var client = bound();
          for (int i = 0; i < 40; i++) {
            client.transport.sendto(bytes("x"), server.address());
          }
          server.untilReceived(40);
          Context.copyContext()
              .run(() -> server.transport.sendto(new byte[70_000], client.address()));
          server.untilErrors(1);

          assertThat(seen.getFirst()).isEqualTo("maker");
          assertThat(seen.subList(1, 41)).containsOnly("endpoint");
          assertThat(seen.getLast()).isEqualTo("error endpoint");
          closeAll();
        });
  }

  @Test
  public void anEndpointThatIsLeftOpenIsClosedWithItsLoop() throws Exception {
    run(
        () -> {
          var server = bound();
          server.transport.getExtraInfo("socket");
        });
    assertThat(recorders.getFirst().isLost()).isFalse();
  }

  //
  @Test
  public void theMarksAreChecked() throws Exception {
    run(
        () -> {
          DatagramTransport transport = bound().transport;
          transport.setWriteBufferLimits(400);
          assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(100, 400));
          assertThatThrownBy(() -> transport.setWriteBufferLimits(1, 2))
              .isInstanceOf(IllegalArgumentException.class);
          assertThat(transport.getWriteBufferSize()).isZero();
          closeAll();
        });
  }
}
