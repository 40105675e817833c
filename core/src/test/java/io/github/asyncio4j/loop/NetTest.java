// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.internal.net.HostLookup;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the tests of this package share: a loop of one kind, and a look at what is left when a test
/// is over.
abstract class NetTest {
  final LoopKind kind;
  CountingSelector selector;
  SelectorEventLoop loop;
  // What a test expects to find here it takes out.
  final List<ExceptionContext> reports = new ArrayList<>();
  private final List<Recorder> recorders = new ArrayList<>();
  private Map<String, String> socketsBefore;

  NetTest(LoopKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void openLoop() throws Exception {
    socketsBefore = OpenSockets.now();
    selector = new CountingSelector(kind.newSelector());
    loop = kind.withEngine(() -> new SelectorEventLoop(selector, new Lookup()));
    loop.setExceptionHandler((_, context) -> reports.add(context));
  }

  private final class Lookup implements HostLookup {
    @Override
    public List<InetAddress> addressesOf(String name) throws UnknownHostException {
      return NetTest.this.addressesOf(name);
    }

    @Override
    public String canonicalNameOf(String name) {
      return name + ".example";
    }
  }

  /// Answers the lookups of the loop; a resolver's thread.
  List<InetAddress> addressesOf(String name) throws UnknownHostException {
    throw new UnknownHostException(name);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    loop.close();

    assertThat(reports).isEmpty();
    assertThat(recorders).allSatisfy(recorder -> assertThat(recorder.breaches).isEmpty());
    assertThat(OpenSockets.now()).isEqualTo(socketsBefore);
  }

  SocketTier tier() {
    return selector.pollsDescriptors() ? SocketTier.NATIVE : SocketTier.NIO;
  }

  /// Runs a body as a task of the loop. An interrupt, as JUnit sends one when time is up, does not
  /// end a loop: hence a limit of our own.
  void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(() -> Asyncio.timeout(timeLimit(), body));
  }

  Duration timeLimit() {
    return Duration.ofSeconds(100);
  }

  /// Makes a call that blocks, outside the loop, and waits for it.
  <T> T blocking(Callable<T> call) throws Exception {
    return loop.runInExecutor(null, call).await();
  }

  interface Action {
    void run() throws Exception;
  }

  void blockingly(Action action) throws Exception {
    blocking(
        () -> {
          action.run();
          return "";
        });
  }

  /// Lets some iterations pass, each with a poll.
  void passIterations() {
    for (int i = 0; i < 20; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  /// Lets a while pass in which nothing happens and sees that the loop slept all the time.
  void assertQuiet() {
    passIterations();
    long before = selector.selects();
    Asyncio.sleep(Duration.ofMillis(30));
    assertThat(selector.selects() - before).isLessThan(10);
  }

  /// Has something done many times outside of the loop, several at once; each is told its number.
  void many(int count, Numbered action) throws Exception {
    var next = new AtomicInteger();
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < 4; i++) {
      tasks.add(
          loop.createTask(
              () ->
                  blockingly(
                      () -> {
                        for (int n = next.getAndIncrement();
                            n < count;
                            n = next.getAndIncrement()) {
                          action.run(n);
                        }
                      })));
    }
    for (var task : tasks) {
      task.await();
    }
  }

  interface Numbered {
    void run(int number) throws Exception;
  }

  /// Closes a server and waits for its connections.
  static void end(Server server) {
    server.close();
    server.waitClosed();
  }

  /// Lets the loop poll once. The JDK closes a channel that is registered not before that.
  void poll() {
    Asyncio.sleep(Duration.ofMillis(1));
  }

  Recorder recorder() {
    return watched(new Recorder(loop));
  }

  <R extends Recorder> R watched(R recorder) {
    recorders.add(recorder);
    return recorder;
  }

  Recorder.Buffered buffered(ByteBuffer buffer) {
    var protocol = new Recorder.Buffered(loop, buffer);
    recorders.add(protocol.recorder);
    return protocol;
  }

  /// Tells whether the two ends of a connection meet at a unix socket instead of a port.
  boolean overUnix() {
    return false;
  }

  Server serve(Supplier<? extends BaseProtocol> factory) throws Exception {
    return serve(factory, ServerOptions.DEFAULT);
  }

  Server serve(Supplier<? extends BaseProtocol> factory, ServerOptions options) throws Exception {
    return overUnix()
        ? loop.createUnixServer(factory, UnixDomainSocketAddress.of(UnixPeer.newPath()), options)
        : loop.createServer(factory, "127.0.0.1", 0, options);
  }

  static int port(Server server) {
    var address = server.sockets().getFirst().getsockname();
    return address instanceof InetSocketAddress inet ? inet.getPort() : UnixPeer.number(address);
  }

  <P extends BaseProtocol> Connection<Transport, P> connect(Supplier<P> factory, Server server)
      throws Exception {
    int port = port(server);
    return overUnix()
        ? loop.createUnixConnection(factory, UnixPeer.path(port))
        : loop.createConnection(factory, "127.0.0.1", port);
  }

  /// Joins two protocols by a connection.
  void join(BaseProtocol client, Recorder accepted) throws Exception {
    try (var server = serve(() -> accepted)) {
      connect(() -> client, server);
      accepted.until(() -> !accepted.calls.isEmpty());
    }
  }

  /// Joins a protocol and a peer by a connection that the peer makes.
  Peer joinPeer(Recorder accepted) throws Exception {
    return joinPeer(accepted, accepted);
  }

  Peer joinPeer(BaseProtocol accepted, Recorder recorder) throws Exception {
    try (var server = serve(() -> accepted)) {
      int port = port(server);
      var peer = blocking(() -> Peer.connect(port));
      recorder.until(() -> !recorder.calls.isEmpty());
      return peer;
    }
  }

  Peer joinNarrowPeer(Recorder accepted) throws Exception {
    try (var server = serve(() -> accepted)) {
      int port = port(server);
      var peer = blocking(() -> Peer.connectNarrow(port));
      accepted.until(() -> !accepted.calls.isEmpty());
      accepted
          .transport
          .getExtraInfo("socket", io.github.asyncio4j.socket.TransportSocket.class)
          .setOption(java.net.StandardSocketOptions.SO_SNDBUF, 4096);
      return peer;
    }
  }

  static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  static ByteBuffer bytes(String text) {
    return StandardCharsets.US_ASCII.encode(text);
  }

  /// Returns bytes that tell where they stand, so that a piece lost or doubled shows.
  static byte[] pattern(int count) {
    var bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) * 7 + (i >> 16));
    }
    return bytes;
  }

  ExceptionContext onlyReport() {
    assertThat(reports).hasSize(1);
    return reports.removeFirst();
  }
}
