// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.SslEofException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What clients do to a server under TLS: nothing at all, nonsense, or an end in the middle (C2,
/// C4, C5, C7, C8, C13 of the fault catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsFaultTest extends TlsTest {
  private static final int ALERT = 21;
  private static final int APPLICATION_DATA = 23;

  private final ServerOptions deepBacklog = serverOptions.backlog(1000);
  private final List<Recorder> accepted = new ArrayList<>();

  TlsFaultTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 10));
  }

  private Server serveAll(ServerOptions options) throws Exception {
    return serve(
        () -> {
          accepted.add(recorder());
          return accepted.getLast();
        },
        options);
  }

  private void untilAccepted(int count) {
    while (accepted.size() < count) {
      poll();
    }
  }

  private static Socket open(int port) throws IOException {
    return new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private List<Socket> openMany(int count, int port) throws Exception {
    return blocking(
        () -> {
          var sockets = new ArrayList<Socket>();
          for (int i = 0; i < count; i++) {
            sockets.add(open(port));
          }
          return sockets;
        });
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  /// Reads up to the end, which a reset is as well.
  private static byte[] readAll(Socket socket) throws IOException {
    var all = new ByteArrayOutputStream();
    try {
      for (int b = socket.getInputStream().read(); b >= 0; b = socket.getInputStream().read()) {
        all.write(b);
      }
    } catch (IOException e) {
      // A reset.
    }
    return all.toByteArray();
  }

  /// Sees that a server has nothing to do any more and still does its work.
  private void assertServes(Server server) throws Exception {
    assertQuiet();
    var client = recorder();
    connect(() -> client, server, clientOptions);
    client.transport.close();
    client.untilLost();
    end(server);
    assertQuiet();
  }

  // C2: bpo-29970
  @Test
  void clientsThatSayNothingAreGivenUpInTime() throws Exception {
    int count = Load.of(50, 2000);
    int limit = Load.of(200, 2000);
    run(
        () -> {
          try (var server = serveAll(deepBacklog.sslHandshakeTimeout(Duration.ofMillis(limit)))) {
            var silent = openMany(count, port(server));
            untilAccepted(count);
            long last = System.nanoTime();
            while (!server.toString().contains("clients=0")) {
              poll();
            }
            long millis = millisSince(last);
            assertThat(millis).isLessThan(limit + Load.of(60_000, 500));
            blockingly(
                () -> {
                  for (var socket : silent) {
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    socket.close();
                  }
                });
            assertThat(accepted).hasSize(count).allMatch(recorder -> recorder.calls.isEmpty());
            assertServes(server);
          }
        });
  }

  // C4: CVE-2023-34462
  @Test
  void aHelloThatAnnouncesSixteenMegabytesIsRefusedAndCostsNothing() throws Exception {
    int count = Load.of(50, 1000);
    // A record of four bytes with the header of a message of 0xffffff.
    byte[] hello = {22, 3, 1, 0, 4, 1, -1, -1, -1};
    run(
        () -> {
          try (var server = serveAll(deepBacklog)) {
            int port = port(server);
            long before = Heap.used();
            var clients = openMany(count, port);
            untilAccepted(count);
            blockingly(
                () -> {
                  for (var client : clients) {
                    client.getOutputStream().write(hello);
                  }
                  for (var client : clients) {
                    byte[] answer = readAll(client);
                    assertThat((int) answer[0]).isEqualTo(ALERT);
                  }
                });
            assertThat(Heap.used() - before).isLessThan(20_000_000);
            blockingly(
                () -> {
                  for (var client : clients) {
                    client.close();
                  }
                });
            assertThat(accepted).hasSize(count).allMatch(recorder -> recorder.calls.isEmpty());
            assertServes(server);
          }
        });
  }

  // C4: as large as is allowed, and never sent
  @Test
  void aHelloThatAnnouncesMuchHoldsNoRoomForIt() throws Exception {
    int count = Load.of(50, 1000);
    byte[] hello = {22, 3, 1, 0, 4, 1, 0, 0x7f, 0};
    run(
        () -> {
          try (var server = serveAll(deepBacklog)) {
            int port = port(server);
            var warm = openMany(1, port);
            untilAccepted(1);
            long before = Heap.used();
            var clients = openMany(count, port);
            clients.addAll(warm);
            untilAccepted(count + 1);
            blockingly(
                () -> {
                  for (var client : clients) {
                    client.getOutputStream().write(hello);
                  }
                });
            passIterations();
            assertThat(server.toString()).contains("clients=" + (count + 1));
            // What one costs as well that says nothing: an engine and its transports.
            assertThat(Heap.used() - before).isLessThan(20_000L * count);
            server.abortClients();
            for (var client : clients) {
              client.close();
            }
            assertServes(server);
          }
        });
  }

  // C5: bpo-44036, gh-87107, CVE-2021-28165, CVE-2014-3488, CVE-2023-1108, CVE-2025-24970
  @Test
  void whateverNonsenseComesTheConnectionEndsAtOnceAndNothingSpins() throws Exception {
    int count = Load.of(250, 10_000);
    var slowest = new AtomicLong();
    run(
        () -> {
          try (var server = serveAll(deepBacklog)) {
            int port = port(server);
            many(
                count,
                seed -> {
                  var random = new Random(seed);
                  try (var peer = EnginePeer.connect(port, version(random.nextInt(2)))) {
                    long begun = System.nanoTime();
                    try {
                      sendNonsense(peer, seed % 8, random);
                    } catch (IOException e) {
                      // It was reset meanwhile.
                    }
                    peer.readAll();
                    slowest.accumulateAndGet(millisSince(begun), Math::max);
                  } catch (AssertionError | Exception e) {
                    throw new AssertionError("seed " + seed, e);
                  }
                });
            untilAccepted(count);
            while (!server.toString().contains("clients=0")) {
              poll();
            }
            assertThat(slowest.get()).isLessThan(Load.of(60_000, 1000));
            assertThat(accepted).allMatch(r -> r.calls.isEmpty() || r.isLost());
            assertServes(server);
          }
        });
  }

  private static String version(int number) {
    return number % 2 == 0 ? "TLSv1.2" : "TLSv1.3";
  }

  private static void sendNonsense(EnginePeer peer, int what, Random random) throws IOException {
    switch (what) {
      // A record that is too long, whole.
      case 0 -> peer.send(record(22, random(random, 16_641 + random.nextInt(40_000))));
      case 1 -> {
        // Empty records, one after the other: of a type that may be empty, or may not.
        byte[] empty = record(20 + random.nextInt(4), new byte[0]);
        var all = ByteBuffer.allocate(10_000 * empty.length);
        for (int i = 0; i < 10_000; i++) {
          all.put(empty);
        }
        peer.send(all.flip());
        peer.endOutput();
      }
      // SSL 2.0.
      case 2 -> {
        byte[] hello = {(byte) 0x80, 0x1c, 1, 0, 2, 0, 3, 0, 0, 0, 16, 1, 0, (byte) 0x80};
        var all = Arrays.copyOf(hello, 30);
        System.arraycopy(random(random, 16), 0, all, 14, 16);
        peer.send(all);
      }
      case 3 -> peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
      // A bit of the hello is another one: it may be in order still, so it ends there.
      case 4 -> {
        peer.send(flipped(peer.hello(), random));
        peer.endOutput();
      }
      // Junk may announce more than comes.
      case 5 -> {
        peer.send(random(random, 1 + random.nextInt(5000)));
        peer.endOutput();
      }
      // A message of the wrong type, or an alert.
      case 6 -> peer.send(record(random.nextBoolean() ? 23 : 22, random(random, 100)));
      // And behind a handshake that was in order.
      default -> {
        peer.handshake();
        byte[] whole = peer.wrapped(random(random, 1 + random.nextInt(2000)));
        byte[] bad = whole.clone();
        // Not in the header, where it might announce more.
        bad[5 + random.nextInt(bad.length - 5)] ^= (byte) (1 << random.nextInt(8));
        peer.send(bad);
      }
    }
  }

  private static byte[] random(Random random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] record(int type, byte[] content) {
    return ByteBuffer.allocate(5 + content.length)
        .put((byte) type)
        .putShort((short) 0x303)
        .putShort((short) content.length)
        .put(content)
        .array();
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  /// What a client sends of a stream, and what of it must arrive.
  private record Cut(ByteBuffer sent, int plain, boolean whole) {}

  /// Returns a message with a number, which is sent whole, and behind it two more messages and the
  /// goodbye, up to an offset.
  private static Cut cut(EnginePeer peer, int number, int offset) throws IOException {
    byte[] first = peer.wrapped(ByteBuffer.allocate(4).putInt(number).array());
    byte[] second = peer.wrapped(pattern(480));
    byte[] third = peer.wrapped(pattern(480));
    var all = new ByteArrayOutputStream();
    for (byte[] piece : new byte[][] {first, second, third, peer.goodbye()}) {
      all.writeBytes(piece);
    }
    int end = (int) Math.min(all.size(), (long) first.length + offset);
    int plain = 4;
    plain += end >= first.length + second.length ? 480 : 0;
    plain += end >= first.length + second.length + third.length ? 480 : 0;
    return new Cut(ByteBuffer.wrap(all.toByteArray(), 0, end), plain, end == all.size());
  }

  // C7, D-07, R-105
  @Test
  void aStreamThatIsCutAnywhereIsNoEndAndOneThatSaysGoodbyeIs() throws Exception {
    int count = Load.of(60, 1000);
    // Records, goodbye and all have some more.
    int step = 1000 / count;
    var expected = new Cut[2 * count];
    run(
        () -> {
          try (var server = serveAll(deepBacklog)) {
            int port = port(server);
            many(
                2 * count,
                n -> {
                  try (var peer = EnginePeer.connect(port, version(n)).handshake()) {
                    var cut = cut(peer, n, n < count ? n * step : Integer.MAX_VALUE);
                    expected[n] = cut;
                    peer.send(cut.sent());
                    peer.endOutput();
                    peer.readAll();
                  }
                });
            untilAccepted(2 * count);
            for (var recorder : accepted) {
              recorder.untilLost();
              var cut = expected[ByteBuffer.wrap(recorder.received.toByteArray()).getInt()];
              assertThat(recorder.received.size()).isEqualTo(cut.plain());
              if (cut.whole()) {
                assertThat(recorder.calls).containsExactly("made", "data", "eof", "lost");
              } else {
                assertThat(recorder.lostTo).isInstanceOf(SslEofException.class);
                assertThat(recorder.calls)
                    .containsExactly("made", "data", "lost to SslEofException");
              }
            }
            assertThat(Arrays.stream(expected).filter(Cut::whole).count()).isEqualTo(count);
            assertServes(server);
          }
        });
  }

  // C8: gh-118950
  @Test
  void aPeerThatDoesNotSayGoodbyeIsGoneInTimeWhateverItSends() throws Exception {
    int count = Load.of(20, 500);
    int limit = Load.of(200, 1000);
    run(
        () -> {
          try (var server = serveAll(deepBacklog.sslShutdownTimeout(Duration.ofMillis(limit)))) {
            int port = port(server);
            var peers = new ArrayList<EnginePeer>();
            var records = new ArrayList<byte[][]>();
            blockingly(
                () -> {
                  for (int i = 0; i < count; i++) {
                    var peer = EnginePeer.connect(port, version(i)).handshake();
                    peers.add(peer);
                    if (i % 4 < 2) {
                      records.add(records(peer, 400));
                    }
                  }
                });
            while (accepted.size() < count || accepted.stream().anyMatch(r -> r.calls.isEmpty())) {
              poll();
            }
            long begun = System.nanoTime();
            accepted.forEach(recorder -> recorder.transport.close());
            var talking = loop.createTask(() -> blockingly(() -> talk(peers, records)));
            for (var recorder : accepted) {
              recorder.untilLost();
            }
            assertThat(millisSince(begun)).isLessThan(limit + Load.of(60_000, 500));
            assertThat(accepted)
                .allMatch(recorder -> recorder.lostTo instanceof TimeoutException)
                .allMatch(recorder -> recorder.received.size() == 0);
            talking.await();
            for (var peer : peers) {
              peer.close();
            }
            assertServes(server);
          }
        });
  }

  private static byte[][] records(EnginePeer peer, int count) throws IOException {
    var records = new byte[count][];
    for (int i = 0; i < count; i++) {
      records[i] = peer.wrapped(new byte[32]);
    }
    return records;
  }

  /// Has half of the peers say something again and again, until they are cut off.
  private static void talk(List<EnginePeer> peers, List<byte[][]> records) {
    var gone = new boolean[records.size()];
    for (int round = 0; round < 400; round++) {
      for (int i = 0; i < gone.length; i++) {
        // Of each four the first two talk.
        var peer = peers.get(4 * (i / 2) + i % 2);
        try {
          if (!gone[i]) {
            peer.send(records.get(i)[round]);
          }
        } catch (IOException e) {
          gone[i] = true;
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
    }
  }

  // C13: CVE-2023-40217
  @Test
  void whatComesInTheClearBeforeAnEndIsDeliveredToNobody() throws Exception {
    int count = Load.of(60, 1000);
    run(
        () -> {
          try (var server = serveAll(deepBacklog)) {
            int port = port(server);
            many(
                count,
                n -> {
                  try (var peer = EnginePeer.connect(port, version(n))) {
                    byte[] hello = peer.hello();
                    byte[] words = "DELETE everything\r\n".getBytes(US_ASCII);
                    switch (n % 4) {
                      case 0 -> peer.send(words);
                      case 1 -> peer.send(record(APPLICATION_DATA, words));
                      case 2 -> {
                        peer.send(hello);
                        peer.send(record(APPLICATION_DATA, words));
                      }
                      default -> peer.send(Arrays.copyOf(hello, n % hello.length));
                    }
                    if (n % 8 < 4) {
                      peer.endOutput();
                      peer.readAll();
                    }
                  } catch (IOException e) {
                    // The server was the first.
                  }
                });
            untilAccepted(count);
            while (!server.toString().contains("clients=0")) {
              poll();
            }
            assertThat(accepted).allMatch(r -> r.calls.isEmpty() && r.received.size() == 0);
            assertServes(server);
          }
        });
  }
}
