// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What goes through Proxy comes out as it went in, and ends as it ended.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class ProxyTest {
  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return ExamplesTest.flags();
  }

  private Program proxyTo(int port) throws IOException {
    return Program.start(flags, "Proxy", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:" + port);
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static Socket connectedTo(Program proxy) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
  }

  @Test
  void everyByteOfBothDirectionsArrivesAndEachEndsByItself() throws Exception {
    var there = new byte[5_000_000];
    var back = new byte[3_000_000];
    new Random(1).nextBytes(there);
    new Random(2).nextBytes(back);
    try (ServerSocket listener = listening();
        Program proxy = proxyTo(listener.getLocalPort());
        Socket client = connectedTo(proxy);
        Socket server = listener.accept()) {
      var sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.getOutputStream().write(there);
                  client.shutdownOutput();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });

      // The server answers only after it has seen the end of the request.
      assertThat(server.getInputStream().readAllBytes()).isEqualTo(there);
      sent.join();
      server.getOutputStream().write(back);
      server.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(back);
      proxy.terminate();
    }
  }

  @Test
  void aConnectionThatIsResetEndsOnTheOtherSide() throws Exception {
    try (ServerSocket listener = listening();
        Program proxy = proxyTo(listener.getLocalPort())) {
      Socket server;
      try (Socket client = connectedTo(proxy)) {
        server = listener.accept();
        client.getOutputStream().write('x');
        assertThat(server.getInputStream().read()).isEqualTo('x');
        client.setSoLinger(true, 0);
      }

      assertThat(server.getInputStream().readAllBytes()).isEmpty();
      server.close();
      proxy.terminate();
    }
  }

  @Test
  void aServerThatIsNotThereIsToldToTheClientByTheEnd() throws Exception {
    int port;
    try (ServerSocket listener = listening()) {
      port = listener.getLocalPort();
    }
    try (Program proxy = proxyTo(port);
        Socket client = connectedTo(proxy)) {
      assertThat(client.getInputStream().readAllBytes()).isEmpty();
    }
  }

  @Test
  void anythingElseThanTwoAddressesIsRefused() throws Exception {
    assertThat(Program.refusal(flags, "Proxy", "--listen", "127.0.0.1:0")).startsWith("usage: ");
  }
}
