// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with datagrams.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class DatagramMistakesTest extends MistakeCase {
  private static final InetSocketAddress FREE =
      new InetSocketAddress(InetAddress.ofLiteral(HOST), 0);
  private static final InetSocketAddress DISCARD =
      new InetSocketAddress(InetAddress.ofLiteral(HOST), 9);
  private static final InetSocketAddress OTHER =
      new InetSocketAddress(InetAddress.ofLiteral(HOST), 10);

  DatagramMistakesTest(LoopKind kind) {
    super(kind);
  }

  /// Tells of its end.
  private final class Silent implements DatagramProtocol {
    final Future<@Nullable Void> lost = loop.createFuture();

    @Override
    public void connectionLost(@Nullable Exception exc) {
      lost.setResult(null);
    }
  }

  private static ByteBuffer text() {
    return ByteBuffer.wrap(new byte[] {'a'});
  }

  /// What is tried with an endpoint.
  @FunctionalInterface
  private interface Attempt {
    void make(DatagramTransport transport) throws Exception;
  }

  private void with(@Nullable SocketAddress local, @Nullable SocketAddress remote, Attempt attempt)
      throws Exception {
    run(
        () -> {
          Connection<DatagramTransport, Silent> endpoint =
              loop.createDatagramEndpoint(Silent::new, local, remote);
          attempt.make(endpoint.transport());
          endpoint.transport().close();
          endpoint.protocol().lost.await();
        });
  }

  @Mistake(2)
  void aDatagramHasNoAddress() throws Exception {
    with(
        FREE,
        null,
        transport ->
            assertRefusesArgument(
                "no address, and the endpoint has none: " + transport,
                () -> transport.sendto(text(), null)));
  }

  @Mistake(2)
  void aDatagramHasAnotherAddressThanItsEndpoint() throws Exception {
    with(
        null,
        DISCARD,
        transport ->
            assertRefusesArgument(
                "Invalid address: must be null or " + DISCARD + ", got " + OTHER,
                () -> transport.sendto(text(), OTHER)));
  }

  @Mistake(2)
  void anAddressIsNotResolved() throws Exception {
    var unresolved = InetSocketAddress.createUnresolved("localhost", 9);
    with(
        FREE,
        null,
        transport ->
            assertRefusesArgument(
                "address is unresolved: " + unresolved,
                () -> transport.sendto(text(), unresolved)));
  }

  @Mistake(2)
  void anAddressIsOfAnotherFamily() throws Exception {
    var other = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
    with(
        FREE,
        null,
        transport ->
            assertRefusesArgument(
                "not an address of family INET: " + other, () -> transport.sendto(text(), other)));
  }

  @Mistake(2)
  void aDatagramIsSentAfterClose() throws Exception {
    with(
        FREE,
        null,
        transport -> {
          transport.close();
          for (int i = 0; i < 5; i++) {
            transport.sendto(text(), DISCARD);
          }
          assertThat(warnings())
              .containsExactly(
                  "datagram number 5 dropped: "
                      + transport
                      + "; what has ended sends nothing, ask isClosing() before");
        });
  }

  @Mistake(2)
  void anEndpointIsToBeMadeOfAStreamSocket() throws Exception {
    run(
        () -> {
          Socket socket = Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.STREAM);
          String text = socket.toString();
          try (socket) {
            assertRefusesArgument(
                "A datagram socket was expected, got " + text,
                () ->
                    loop.createDatagramEndpoint(Silent::new, DatagramOptions.DEFAULT.sock(socket)));
          }
        });
  }

  @Mistake(2)
  void anEndpointHasNeitherAddressNorFamily() throws Exception {
    run(
        () ->
            assertRefusesArgument(
                "unexpected address family: null; give an address, or the family of the options",
                () -> loop.createDatagramEndpoint(Silent::new, DatagramOptions.DEFAULT)));
  }

  @Mistake(2)
  void anAddressOfAnEndpointIsNoHostAndPort() throws Exception {
    run(
        () ->
            assertThrows(
                UnknownHostException.class,
                "host is empty",
                () ->
                    loop.createDatagramEndpoint(
                        Silent::new, InetSocketAddress.createUnresolved("", 0), null)));
  }

  @Mistake(2)
  void theAddressesOfAnEndpointAreOfTwoFamilies() throws Exception {
    run(
        () ->
            assertRefusesArgument(
                "can not get address information: no family has both "
                    + FREE
                    + " and "
                    + new InetSocketAddress(InetAddress.ofLiteral("::1"), 9),
                () ->
                    loop.createDatagramEndpoint(
                        Silent::new,
                        FREE,
                        new InetSocketAddress(InetAddress.ofLiteral("::1"), 9))));
  }
}
