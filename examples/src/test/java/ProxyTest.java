// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What goes through Proxy comes out as it went in, and ends as it ended.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class ProxyTest {
  @Parameter List<String> flags;
  @TempDir Path directory;

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

  private Program proxy(int port, String... options) throws IOException {
    var line =
        new ArrayList<>(List.of("Proxy", "--listen", "127.0.0.1:0", "--to", "localhost:" + port));
    line.addAll(List.of(options));
    return Program.start(flags, line.toArray(String[]::new));
  }

  @Test
  void whatGoesIntoTlsComesOutOfItAsItWas() throws Exception {
    var there = new byte[300_000];
    new Random(3).nextBytes(there);
    String pem = directory.resolve("own.pem").toString();
    try (Program tlsEcho = Program.serve(flags, "TlsEcho", "--style", "protocol", "--own", pem);
        Program inner = proxy(tlsEcho.port(), "--tls-out", "--ca", pem);
        Program middle = proxy(inner.port(), "--tls-in", "--cert", pem, "--key", pem);
        Program outer = proxy(middle.port(), "--tls-out", "--ca", pem);
        Socket client = connectedTo(outer)) {
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
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(there);
      sent.join();
      outer.terminate();
      middle.terminate();
      inner.terminate();
      tlsEcho.terminate();
    }
  }

  @Test
  void tlsEchoMakesItsCertificateOnceAndServesItsStreams() throws Exception {
    Path pem = directory.resolve("own.pem");
    byte[] made = null;
    for (int run = 0; run < 2; run++) {
      try (Program tlsEcho = Program.serve(flags, "TlsEcho", "--own", pem.toString());
          Program proxy = proxy(tlsEcho.port(), "--tls-out", "--ca", pem.toString());
          Socket client = connectedTo(proxy)) {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
        made = made == null ? Files.readAllBytes(pem) : made;
        assertThat(Files.readAllBytes(pem)).isEqualTo(made);
        proxy.terminate();
        tlsEcho.terminate();
      }
    }
    assertThat(Program.refusal(flags, "TlsEcho", "--cert", "x")).startsWith("usage: ");
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
