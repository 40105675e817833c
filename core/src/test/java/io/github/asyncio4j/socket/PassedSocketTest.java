// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Fds;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sockets that a supervisor passes to its process: sd_listen_fds(3).
final class PassedSocketTest {
  // Higher than what a JVM has open.
  private static final int FIRST = 3000;
  private static final long PID = 4711;

  @TempDir private Path directory;
  private final List<Integer> passed = new ArrayList<>();

  @AfterEach
  void closeWhatWasPassed() throws IOException {
    for (int fd : passed) {
      Fds.close(fd);
    }
  }

  /// Gives a copy of a socket the next number.
  private void pass(Socket socket) throws IOException {
    int fd = Fds.dup(socket.fileno(), FIRST + passed.size());
    assertThat(fd).isEqualTo(FIRST + passed.size());
    passed.add(fd);
  }

  private static Socket open(StandardProtocolFamily family, SocketType type) throws IOException {
    return Socket.open(SocketTier.NATIVE, family, type);
  }

  private static Socket listening() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET, SocketType.STREAM);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.listen(5);
    return socket;
  }

  private static Map<String, String> environment(String fds, String... names) {
    return names.length == 0
        ? Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", fds)
        : Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", fds, "LISTEN_FDNAMES", names[0]);
  }

  @Test
  void theyAreTakenInOrderWithTheirNames() throws Exception {
    try (Socket tcp = listening();
        Socket udp = open(StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
      udp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      pass(tcp);
      pass(udp);

      var taken = PassedSocket.takeAll(environment("2", "web:dns"), PID, FIRST);

      assertThat(taken).extracting(PassedSocket::name).containsExactly("web", "dns");
      assertThat(taken.getFirst().socket().getsockname()).isEqualTo(tcp.getsockname());
      assertThat(taken.getLast().socket().type()).isEqualTo(SocketType.DATAGRAM);
      for (int fd : passed) {
        assertThat(Fds.descriptorFlags(fd) & Constants.FD_CLOEXEC).isNotZero();
        assertThat(Fds.fileFlags(fd) & Constants.O_NONBLOCK).isNotZero();
      }
      // It listens already: nobody has to say so.
      assertThat(taken.getFirst().socket().accept()).isNull();
      for (var socket : taken) {
        socket.socket().detach(); // Closed by its number.
      }
    }
  }

  @Test
  void withoutNamesTheyAreUnknown() throws Exception {
    try (Socket tcp = listening()) {
      pass(tcp);
      var taken = PassedSocket.takeAll(environment("1"), PID, FIRST);
      assertThat(taken).extracting(PassedSocket::name).containsExactly("unknown");
      taken.getFirst().socket().detach();
    }
  }

  @Test
  void whatIsMeantForAnotherProcessOrNobodyIsLeftAlone() throws Exception {
    assertThat(PassedSocket.takeAll(environment("1"), PID + 1, FIRST)).isEmpty();
    assertThat(PassedSocket.takeAll(environment("0"), PID, FIRST)).isEmpty();
    assertThat(PassedSocket.takeAll(Map.of("LISTEN_FDS", "1"), PID, FIRST)).isEmpty();
    assertThat(PassedSocket.takeAll(Map.of("LISTEN_PID", "" + PID), PID, FIRST)).isEmpty();
    assertThat(PassedSocket.takeAll()).isEmpty();
    assertThat(PassedSocket.takeAll()).isEmpty();
  }

  @Test
  void variablesThatAreWrongAreNamed() {
    for (String count : List.of("x", "-1", "", "99999999999", "" + Integer.MAX_VALUE)) {
      assertThatThrownBy(() -> PassedSocket.takeAll(environment(count), PID, FIRST))
          .isInstanceOf(IOException.class)
          .hasMessage("LISTEN_FDS is no number that could be: '" + count + "'");
    }
    assertThatThrownBy(() -> PassedSocket.takeAll(environment("2", "one"), PID, FIRST))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("LISTEN_FDNAMES")
        .hasMessageContaining("one");
  }

  @Test
  void aDescriptorThatIsNoListeningSocketIsNamedAndNoneIsTaken() throws Exception {
    try (Socket tcp = listening();
        Socket mute = open(StandardProtocolFamily.INET, SocketType.STREAM)) {
      pass(tcp);
      pass(mute);
      assertThatThrownBy(() -> PassedSocket.takeAll(environment("2", "a:b"), PID, FIRST))
          .isInstanceOf(IOException.class)
          .hasMessage("the socket " + (FIRST + 1) + " that was passed as 'b' does not listen");
      assertThat(Fds.descriptorFlags(FIRST) & Constants.FD_CLOEXEC).isZero();

      assertThatThrownBy(() -> PassedSocket.takeAll(environment("3", "a:b:c"), PID, FIRST + 2))
          .isInstanceOf(IOException.class)
          .hasMessage("the descriptor " + (FIRST + 2) + " that was passed as 'a' is no socket");
    }
  }

  /// The real thing: one program opens the sockets and becomes the other by execve(2), as a
  /// supervisor's child does.
  @Test
  void aProgramServesWhatItsSupervisorHasOpened() throws Exception {
    Path path = directory.resolve("s");
    String classPath =
        placeOf(PassedSocket.class) + File.pathSeparator + placeOf(PassedSocketTest.class);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                SupervisorProgram.class.getName(),
                java,
                classPath,
                path.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader(UTF_8)) {
      int port = Integer.parseInt(output.readLine());
      assertThat(output.readLine()).isEqualTo("serving web, local");
      try (var tcp =
              SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          var unix = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        assertThat(answerOf(tcp)).isEqualTo("web");
        assertThat(answerOf(unix)).isEqualTo("local");
      }
      assertThat(output.readLine()).isEqualTo("done");
      assertThat(process.waitFor()).isZero();
      assertThat(path).exists();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String answerOf(SocketChannel channel) throws IOException {
    var buffer = java.nio.ByteBuffer.allocate(100);
    while (channel.read(buffer) >= 0) {
      // Up to the end of the stream.
    }
    return UTF_8.decode(buffer.flip()).toString();
  }

  private static Path placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
