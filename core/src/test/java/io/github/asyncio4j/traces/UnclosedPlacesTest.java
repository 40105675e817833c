// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.SubprocessProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What debug mode tells of the place where something was made that is left open when its loop is
/// closed: the calls of the program that have led there, and no other frames.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnclosedPlacesTest {
  private static final class Greeter implements Protocol {}

  private static final class Receiver implements DatagramProtocol {}

  private static final class Watcher implements SubprocessProtocol {}

  private final LoopKind kind;
  private final EventLoop loop;
  private final LogRecorder log = LogRecorder.start();

  UnclosedPlacesTest(LoopKind kind) {
    this.kind = kind;
    loop = kind.newLoop();
    loop.setDebug(true);
  }

  @AfterEach
  void close() {
    loop.close();
    log.close();
  }

  /// Runs the body, closes the loop and returns its warnings.
  private List<String> warnings(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
    loop.close();
    return log.messages().stream().filter(text -> text.startsWith("unclosed when")).toList();
  }

  /// Holds a warning to what it begins with and the methods of this class that it names.
  private static void assertMadeIn(String warning, String named, String... methods) {
    assertThat(warning).startsWith("unclosed when its loop was closed: <" + named);
    List<String> lines = warning.lines().toList();
    int made = lines.indexOf("made");
    assertThat(made).as(warning).isPositive();
    List<String> frames = lines.subList(made + 1, lines.size());
    assertThat(frames).allMatch(line -> line.contains(UnclosedPlacesTest.class.getName()));
    assertThat(
            frames.stream()
                .map(line -> line.replaceAll(".*\\.(?:lambda\\$)?(\\w+)(?:\\$\\d+)?\\(.*", "$1")))
        .containsExactly(methods);
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
  }

  private static void openedByHelper(EventLoop loop, int port) throws Exception {
    loop.createConnection(Greeter::new, "127.0.0.1", port);
  }

  @Test
  void aConnectionTellsWhoHasMadeIt() throws Exception {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(warnings(() -> openedByHelper(loop, listener.getLocalPort())))
          .singleElement()
          .satisfies(
              text -> {
                assertMadeIn(
                    text, "Transport OPEN", "openedByHelper", "aConnectionTellsWhoHasMadeIt");
                assertThat(text)
                    .contains("protocol=UnclosedPlacesTest$Greeter")
                    .contains("peername=/127.0.0.1:" + listener.getLocalPort());
              });
    }
  }

  private static void openedStream(int port) throws Exception {
    Asyncio.openConnection("127.0.0.1", port);
  }

  @Test
  void aStreamTellsWhoHasMadeIt() throws Exception {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(warnings(() -> openedStream(listener.getLocalPort())))
          .singleElement()
          .satisfies(
              text ->
                  assertMadeIn(text, "Transport OPEN", "openedStream", "aStreamTellsWhoHasMadeIt"));
    }
  }

  @Test
  void aServerIsWarnedOfOnceAndTellsWhoHasMadeIt() throws Exception {
    assertThat(
            warnings(
                () ->
                    loop.createServer(
                        Greeter::new, List.of("127.0.0.1", "127.0.0.2"), 0, ServerOptions.DEFAULT)))
        .singleElement()
        .satisfies(
            text ->
                assertMadeIn(text, "Server SERVING", "aServerIsWarnedOfOnceAndTellsWhoHasMadeIt"));
  }

  @Test
  void anAcceptedConnectionTellsWhoHasMadeItsServer() throws Exception {
    var made = new ArrayList<Greeter>();
    assertThat(
            warnings(
                () -> {
                  Server server =
                      loop.createServer(
                          () -> {
                            made.add(new Greeter());
                            return made.getFirst();
                          },
                          "127.0.0.1",
                          0);
                  loop.createConnection(Greeter::new, "127.0.0.1", port(server));
                  while (made.isEmpty()) {
                    Asyncio.sleep(Duration.ZERO);
                  }
                }))
        .filteredOn(text -> text.contains("closed: <Transport "))
        .hasSize(2)
        .allSatisfy(
            text ->
                assertMadeIn(
                    text, "Transport OPEN", "anAcceptedConnectionTellsWhoHasMadeItsServer"));
  }

  @Test
  void aUnixSocketTellsWhoHasMadeIt(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("s");
    assertThat(
            warnings(
                () -> {
                  loop.createUnixServer(Greeter::new, path);
                  loop.createUnixConnection(Greeter::new, path);
                }))
        .anySatisfy(text -> assertMadeIn(text, "Server SERVING", "aUnixSocketTellsWhoHasMadeIt"))
        .anySatisfy(text -> assertMadeIn(text, "Transport OPEN", "aUnixSocketTellsWhoHasMadeIt"));
  }

  @Test
  void aConnectionUnderTlsTellsWhoHasMadeIt() throws Exception {
    assertThat(
            warnings(
                () -> {
                  Server server =
                      loop.createServer(
                          Greeter::new, "127.0.0.1", 0, ServerOptions.DEFAULT.ssl(TlsKit.server()));
                  loop.createConnection(
                      Greeter::new,
                      "127.0.0.1",
                      port(server),
                      ConnectionOptions.DEFAULT.ssl(TlsKit.client()));
                }))
        .filteredOn(text -> text.contains("closed: <Transport "))
        .isNotEmpty()
        .allSatisfy(
            text -> {
              assertMadeIn(text, "Transport TLS", "aConnectionUnderTlsTellsWhoHasMadeIt");
              assertThat(text).contains("protocol=UnclosedPlacesTest$Greeter");
            });
  }

  @Test
  void anEndpointOfDatagramsTellsWhoHasMadeIt() throws Exception {
    assertThat(
            warnings(
                () ->
                    loop.createDatagramEndpoint(
                        Receiver::new,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        null)))
        .singleElement()
        .satisfies(
            text ->
                assertMadeIn(
                    text, "DatagramTransport OPEN", "anEndpointOfDatagramsTellsWhoHasMadeIt"));
  }

  @Test
  void bothEndsOfAPipeTellWhoHasMadeThem() throws Exception {
    assertThat(
            warnings(
                () -> {
                  Pipe pipe = Pipe.open(kind.tier());
                  loop.connectReadPipe(Greeter::new, pipe.reader());
                  loop.connectWritePipe(Greeter::new, pipe.writer());
                }))
        .anySatisfy(
            text -> assertMadeIn(text, "ReadTransport OPEN", "bothEndsOfAPipeTellWhoHasMadeThem"))
        .anySatisfy(
            text -> assertMadeIn(text, "WriteTransport OPEN", "bothEndsOfAPipeTellWhoHasMadeThem"));
  }

  private static void started(EventLoop loop) throws Exception {
    loop.subprocessExec(Watcher::new, SubprocessOptions.DEFAULT, List.of("sleep", "100"));
  }

  @Test
  void aChildIsWarnedOfOnceAndTellsWhoHasStartedIt() throws Exception {
    assertThat(warnings(() -> started(loop)))
        .singleElement()
        .satisfies(
            text ->
                assertMadeIn(
                    text,
                    "SubprocessTransport OPEN",
                    "started",
                    "aChildIsWarnedOfOnceAndTellsWhoHasStartedIt"));
  }

  private static AsyncGenerator<Integer> numbers() {
    return AsyncGenerator.of(
        out -> {
          out.yield(1);
          out.yield(2);
        });
  }

  @Test
  void aGeneratorTellsWhoHasMadeIt() throws Exception {
    assertThat(warnings(() -> assertThat(numbers().anext()).isEqualTo(1)))
        .singleElement()
        .satisfies(
            text -> assertMadeIn(text, "AsyncGenerator", "numbers", "aGeneratorTellsWhoHasMadeIt"));
  }

  @Test
  void aGeneratorThatHasEndedIsNothingToWarnOf() throws Exception {
    assertThat(
            warnings(
                () -> {
                  try (var all = numbers()) {
                    assertThat(all.anext()).isEqualTo(1);
                  }
                }))
        .isEmpty();
  }

  private static Task<?> left(EventLoop loop) {
    return loop.createTask((VoidCoroutine) () -> loop.createFuture().await());
  }

  @Test
  void aPendingTaskTellsWhoHasMadeIt() throws Exception {
    var reports = new ArrayList<ExceptionContext>();
    loop.setExceptionHandler((_, context) -> reports.add(context));
    loop.runUntilComplete(
        () -> {
          var _ = left(loop);
          Asyncio.sleep(Duration.ZERO);
        });

    loop.close();

    assertThat(reports).hasSize(1);
    assertThat((List<?>) reports.getFirst().get("source_traceback"))
        .map(frame -> ((StackTraceElement) frame).getClassName())
        .hasSize(2)
        .containsOnly(UnclosedPlacesTest.class.getName());
  }

  @Test
  void withoutDebugModeNothingIsKept() throws Exception {
    loop.setDebug(false);
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(warnings(() -> openedStream(listener.getLocalPort())))
          .singleElement()
          .satisfies(text -> assertThat(text).doesNotContain("made"));
    }
  }
}
