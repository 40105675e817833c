// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
  void whatIsSpokenUnderTlsIsAgreedOnEachSide() throws Exception {
    var identity = TlsIdentity.make(directory);
    String[] in = {
      "--tls-in", "--cert", identity.cert(), "--key", identity.key(), "--alpn", "h2,x"
    };
    try (ServerSocket listener = listening();
        Program inner = proxy(listener.getLocalPort(), in)) {
      int port = inner.port();
      speaks(port, identity, "x", listener);
      try (Program other = proxy(port, "--tls-out", "--ca", identity.cert(), "--alpn", "y")) {
        try (Socket client = connectedTo(other)) {
          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(other.terminated()).contains("no_application_protocol");
      }
      inner.terminate();
    }
  }

  private void speaks(int port, TlsIdentity identity, String protocol, ServerSocket listener)
      throws Exception {
    try (Program outer = proxy(port, "--tls-out", "--ca", identity.cert(), "--alpn", protocol)) {
      try (Socket client = connectedTo(outer);
          Socket server = listener.accept()) {
        client.getOutputStream().write('x');
        assertThat(server.getInputStream().read()).isEqualTo('x');
      }
      outer.terminate();
    }
  }

  private Program datagramProxy(DatagramSocket target, String... options) throws IOException {
    var line = new ArrayList<>(List.of("Proxy", "--udp", "--listen", "127.0.0.1:0"));
    line.addAll(List.of("--to", "127.0.0.1:" + target.getLocalPort()));
    line.addAll(List.of(options));
    return Program.start(flags, line.toArray(String[]::new));
  }

  private static DatagramSocket datagrams() throws IOException {
    return new DatagramSocket(0, InetAddress.getLoopbackAddress());
  }

  private static DatagramPacket received(DatagramSocket socket) throws IOException {
    var packet = new DatagramPacket(new byte[65_507], 65_507);
    socket.receive(packet);
    return packet;
  }

  private static void send(DatagramSocket socket, byte[] data, SocketAddress to)
      throws IOException {
    socket.send(new DatagramPacket(data, data.length, to));
  }

  private static byte[] content(DatagramPacket packet) {
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @Test
  void datagramsOfEachClientComeBackToItAlone() throws Exception {
    var large = new byte[65_507];
    new Random(4).nextBytes(large);
    try (DatagramSocket server = datagrams();
        Program proxy = datagramProxy(server);
        DatagramSocket one = datagrams();
        DatagramSocket two = datagrams()) {
      var relay = new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
      send(one, new byte[] {1}, relay);
      DatagramPacket ofOne = received(server);
      send(two, large, relay);
      DatagramPacket ofTwo = received(server);

      assertThat(content(ofOne)).containsExactly(1);
      assertThat(content(ofTwo)).isEqualTo(large);
      assertThat(ofTwo.getSocketAddress()).isNotEqualTo(ofOne.getSocketAddress());
      send(server, new byte[] {2, 2}, ofTwo.getSocketAddress());
      send(server, large, ofOne.getSocketAddress());
      assertThat(content(received(two))).containsExactly(2, 2);
      assertThat(content(received(one))).isEqualTo(large);

      send(one, new byte[] {3}, relay);
      assertThat(received(server).getSocketAddress()).isEqualTo(ofOne.getSocketAddress());
      proxy.terminate();
    }
  }

  @Test
  void aClientThatIsSilentMakesRoomForAnotherAndWhatWasDroppedIsTold() throws Exception {
    try (DatagramSocket server = datagrams();
        Program proxy = datagramProxy(server, "--clients", "1", "--idle", "1");
        DatagramSocket one = datagrams();
        DatagramSocket two = datagrams()) {
      var relay = new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
      send(one, new byte[] {1}, relay);
      DatagramPacket ofOne = received(server);
      // As clients of UDP do: again until it is heard.
      server.setSoTimeout(50);
      DatagramPacket ofTwo = null;
      while (ofTwo == null) {
        send(two, new byte[] {2}, relay);
        try {
          ofTwo = received(server);
        } catch (SocketTimeoutException e) {
          assertThat(e).hasMessageContaining("timed out"); // Again.
        }
      }

      assertThat(content(ofTwo)).containsExactly(2);
      assertThat(ofTwo.getSocketAddress()).isNotEqualTo(ofOne.getSocketAddress());
      assertThat(proxy.terminated()).startsWith("dropped: {too many clients=");
    }
  }

  @Test
  void anythingElseThanTwoAddressesIsRefused() throws Exception {
    for (String line :
        List.of(
            "--listen 127.0.0.1:0",
            "--udp --listen 127.0.0.1:0",
            "--udp --tls-in --listen 127.0.0.1:0 --to 127.0.0.1:1",
            "--udp --clients x --listen 127.0.0.1:0 --to 127.0.0.1:1",
            "--idle 1 --listen 127.0.0.1:0 --to 127.0.0.1:1")) {
      var command = new ArrayList<>(List.of("Proxy"));
      command.addAll(List.of(line.split(" ")));
      assertThat(Program.refusal(flags, command.toArray(String[]::new))).startsWith("usage: ");
    }
  }
}
