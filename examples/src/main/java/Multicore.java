// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.ServedProtocol;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.PassedSocket;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.security.MessageDigest;

static final String USAGE =
    "usage: Multicore [--port P] [--loops N] [--work ROUNDS] [--grace SECONDS]";

static final int BACKLOG = 1024;

/// Answers HTTP requests on all processors: `bin/asyncio Multicore [--port P] [--loops N] [--work
/// ROUNDS] [--grace SECONDS]`. Each loop has a thread and a server of its own, and all accept from
/// one listening socket. `--work` has each answer hash so many times, as if it had something to do.
///
/// `kill -HUP` puts new loops in the place of the old ones. A supervisor that passes its listening
/// socket, as `LISTEN_FDS` or as the standard input, may start a new process beside this one and
/// then end this one by SIGTERM. Either way nobody is refused: the socket listens all the time. And
/// no answer is lost: who was accepted gets it, and has `--grace` to ask.
void main(String[] args) throws Exception {
  var options = new HashMap<>(Map.of("--port", "8080", "--work", "0", "--grace", "10"));
  options.put("--loops", Integer.toString(Runtime.getRuntime().availableProcessors()));
  boolean legal = args.length % 2 == 0;
  for (int i = 0; legal && i < args.length; i += 2) {
    legal = options.replace(args[i], args[i + 1]) != null;
  }
  legal &= options.values().stream().allMatch(value -> value.matches("\\d{1,5}"));
  if (!legal || options.get("--loops").equals("0")) {
    System.err.println(USAGE);
    System.exit(2);
  }
  int loops = Integer.parseInt(options.get("--loops"));
  int work = Integer.parseInt(options.get("--work"));
  var grace = Duration.ofSeconds(Integer.parseInt(options.get("--grace")));

  Socket listener = listener(Integer.parseInt(options.get("--port")));
  var serving = new Serving(listener, loops, work, grace);
  if (!serving.renew()) {
    System.exit(1);
  }
  onSignal("HUP", serving::renew);
  Runtime.getRuntime().addShutdownHook(new Thread(serving::end));
  var address = (InetSocketAddress) listener.getsockname();
  IO.println("serving on " + address.getHostString() + ":" + address.getPort());
}

/*
 * One socket for all loops, which each of them has by a number of its own. SO_REUSEPORT would give
 * each loop a socket with a queue of its own, and spread the connections evenly; but who waits in
 * the queue of a socket that is closed is reset. This queue outlives the loops, and the process.
 */
Socket listener(int port) throws IOException {
  List<PassedSocket> passed = PassedSocket.takeAll();
  if (!passed.isEmpty()) {
    return passed.getFirst().socket();
  }
  if (System.inheritedChannel() instanceof ServerSocketChannel channel) {
    return Socket.of(channel);
  }
  var socket = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM);
  socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
  socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  socket.listen(BACKLOG);
  return socket;
}

/// Has something done at each signal, by way of `sun.misc.Signal`, of which javac would warn.
void onSignal(String name, Runnable action) throws ReflectiveOperationException {
  Class<?> type = Class.forName("sun.misc.Signal");
  Class<?> handler = Class.forName("sun.misc.SignalHandler");
  Object calling =
      Proxy.newProxyInstance(
          handler.getClassLoader(),
          new Class<?>[] {handler},
          (_, _, _) -> {
            action.run();
            return null;
          });
  Object signal = type.getConstructor(String.class).newInstance(name);
  type.getMethod("handle", type, handler).invoke(null, signal, calling);
}

/// The loops that serve now. Any thread.
static class Serving {
  private final Socket listener;
  private final int loops;
  private final int work;
  private final Duration grace;
  private List<Worker> workers = List.of();
  private int generation;

  Serving(Socket listener, int loops, int work, Duration grace) {
    this.listener = listener;
    this.loops = loops;
    this.work = work;
    this.grace = grace;
  }

  /// Starts new loops and, once all of them serve, has the old ones end. When one cannot be started
  /// the old ones stay.
  ///
  /// @return whether new ones serve
  synchronized boolean renew() {
    generation++;
    var started = new ArrayList<Worker>();
    try {
      for (int i = 0; i < loops; i++) {
        started.add(new Worker(listener.dup(), generation + "." + i, work));
      }
      started.forEach(worker -> worker.serving.join());
    } catch (IOException | RuntimeException e) {
      System.err.println("generation " + generation + " does not start: " + e);
      started.forEach(worker -> worker.grace.complete(Duration.ZERO));
      return false;
    }
    workers.forEach(worker -> worker.grace.complete(grace));
    workers = started;
    return true;
  }

  /// Waits until every answer is given.
  synchronized void end() {
    workers.forEach(worker -> worker.grace.complete(grace));
    workers.forEach(worker -> worker.ended.join());
  }
}

/// A loop with its thread and its server.
static class Worker {
  // Done when it serves; what ends it; done when it has ended. Any thread.
  final CompletableFuture<Void> serving = new CompletableFuture<>();
  final CompletableFuture<Duration> grace = new CompletableFuture<>();
  final CompletableFuture<Void> ended = new CompletableFuture<>();

  final String name;
  final int work;

  Worker(Socket listener, String name, int work) {
    this.name = name;
    this.work = work;
    // The thread of a signal, which may start this one, is a daemon and would hand that down.
    Thread.ofPlatform().name("loop " + name).daemon(false).start(() -> run(listener));
  }

  private void run(Socket listener) {
    try {
      Asyncio.run(() -> serve(listener));
    } catch (Exception | Error e) {
      System.err.println("loop " + name + ": " + e);
      serving.completeExceptionally(e);
    } finally {
      ended.complete(null);
    }
  }

  private void serve(Socket listener) throws Exception {
    var options = ServerOptions.DEFAULT.sock(listener).backlog(BACKLOG);
    Server server = Asyncio.getRunningLoop().createServer(() -> new Http(this), options);
    serving.complete(null);
    server.shutdown(Future.await(grace));
  }
}

/// One connection. Says which loop of which process answers.
static class Http implements Protocol, ServedProtocol {
  private final Worker worker;
  private final StringBuilder input = new StringBuilder();
  private Transport transport;
  private boolean last;

  Http(Worker worker) {
    this.worker = worker;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    input.append(ISO_8859_1.decode(data));
    for (int end; !transport.isClosing() && (end = input.indexOf("\r\n\r\n")) >= 0; ) {
      String head = input.substring(0, end).toLowerCase(Locale.ROOT);
      input.delete(0, end + 4);
      answer(head.startsWith("get "), head.contains("\nconnection: close"));
    }
    if (input.length() > 8 * 1024) {
      transport.abort();
    }
  }

  private void answer(boolean legal, boolean asksToClose) {
    last |= !legal || asksToClose;
    var body = ProcessHandle.current().pid() + " " + worker.name + " " + hash(worker.work) + "\n";
    transport.write(
        ((legal ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 400 Bad Request\r\n")
                + ("Connection: " + (last ? "close" : "keep-alive") + "\r\n")
                + ("Content-Length: " + body.length() + "\r\n\r\n" + body))
            .getBytes(ISO_8859_1));
    if (last) {
      transport.close();
    }
  }

  private static String hash(int rounds) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      var bytes = new byte[32];
      for (int i = 0; i < rounds; i++) {
        bytes = sha256.digest(bytes);
      }
      return HexFormat.of().formatHex(bytes, 0, 4);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The client may be about to ask, so it gets one more answer, which says that it is the last.
  @Override
  public void serverShutdown() {
    last = true;
  }
}
