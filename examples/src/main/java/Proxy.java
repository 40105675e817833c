// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import io.github.asyncio4j.ssl.VerifyMode;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import javax.net.ssl.SSLParameters;

static final String USAGE =
    """
    usage: Proxy --listen HOST:PORT --to HOST:PORT [--tls-in] [--tls-out] [--cert FILE --key FILE]
             [--client-ca FILE] [--ca FILE] [--server-name NAME] [--alpn NAME,...]
           Proxy --udp --listen HOST:PORT --to HOST:PORT [--clients N] [--idle SECONDS]\
    """;

/// Passes connections on: `bin/asyncio Proxy --listen HOST:PORT --to HOST:PORT`. What one side
/// sends no faster than the other takes, and each direction ends by itself.
///
/// `--tls-in` speaks TLS with who connects: as `--cert`, with `--key`, and if there is a
/// `--client-ca` only with those whom it has signed. `--tls-out` speaks TLS with whom it connects
/// to, whom `--ca` has signed, or one that the JVM trusts, and who is `--server-name`, or the host;
/// there `--cert` is who it is itself. `--alpn` says what is spoken under TLS.
///
/// `--udp` passes datagrams on, for at most `--clients` at a time; who is silent for `--idle` has
/// gone. What cannot be passed on is dropped, as a network does, and counted on standard error.
void main(String[] args) throws Exception {
  Map<String, String> options = options(args);
  if (options.containsKey("--udp")) {
    relayDatagrams(options);
    return;
  }
  InetSocketAddress listen = address(options.get("--listen"));
  var target = new Target(address(options.get("--to")), tlsOut(options));
  ServerOptions tlsIn = tlsIn(options);

  Asyncio.run(
      () -> {
        EventLoop loop = Asyncio.getRunningLoop();
        try (Server server =
            loop.createServer(
                () -> new Front(target), listen.getHostString(), listen.getPort(), tlsIn)) {
          var bound = (InetSocketAddress) server.sockets().getFirst().getsockname();
          IO.println("serving on " + bound.getHostString() + ":" + bound.getPort());
          server.serveForever();
        }
      });
}

Map<String, String> options(String[] args) {
  boolean udp = List.of(args).contains("--udp");
  var alone = udp ? Set.of("--udp") : Set.of("--tls-in", "--tls-out");
  var tls = Set.of("--cert", "--key", "--client-ca", "--ca", "--server-name", "--alpn");
  var known = new HashSet<>(udp ? Set.of("--clients", "--idle") : tls);
  known.addAll(Set.of("--listen", "--to"));
  var options = new HashMap<>(udp ? Map.of("--clients", "1000", "--idle", "60") : Map.of());
  boolean legal = true;
  for (int i = 0; legal && i < args.length; i++) {
    if (alone.contains(args[i])) {
      options.put(args[i], "");
    } else {
      legal = known.contains(args[i]) && i + 1 < args.length;
      options.put(args[i], legal ? args[++i] : "");
    }
  }
  legal &= options.containsKey("--listen") && options.containsKey("--to");
  for (String number : List.of("--clients", "--idle")) {
    legal &= !udp || options.get(number).matches("\\d{1,6}");
  }
  if (!legal) {
    System.err.println(USAGE);
    System.exit(2);
  }
  return options;
}

InetSocketAddress address(String text) {
  int colon = text.lastIndexOf(':');
  return InetSocketAddress.createUnresolved(
      text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
}

ServerOptions tlsIn(Map<String, String> options) throws IOException {
  if (!options.containsKey("--tls-in")) {
    return ServerOptions.DEFAULT;
  }
  var files = ownChain(options);
  if (options.containsKey("--client-ca")) {
    files =
        files
            .loadVerifyLocations(Path.of(options.get("--client-ca")))
            .verifyMode(VerifyMode.CERT_REQUIRED);
  }
  return ServerOptions.DEFAULT
      .ssl(Ssl.createDefaultContext(Purpose.CLIENT_AUTH, files))
      .sslParameters(parameters -> speak(options, parameters));
}

void speak(Map<String, String> options, SSLParameters parameters) {
  if (options.containsKey("--alpn")) {
    parameters.setApplicationProtocols(options.get("--alpn").split(","));
  }
}

ConnectionOptions tlsOut(Map<String, String> options) throws IOException {
  if (!options.containsKey("--tls-out")) {
    return ConnectionOptions.DEFAULT;
  }
  var files = ownChain(options);
  files =
      options.containsKey("--ca")
          ? files.loadVerifyLocations(Path.of(options.get("--ca")))
          : files.loadDefaultCerts();
  return ConnectionOptions.DEFAULT
      .ssl(Ssl.createDefaultContext(Purpose.SERVER_AUTH, files))
      .sslParameters(parameters -> speak(options, parameters))
      .serverHostname(options.get("--server-name"));
}

SslContextOptions ownChain(Map<String, String> options) {
  return options.containsKey("--cert")
      ? SslContextOptions.DEFAULT.loadCertChain(
          Path.of(options.get("--cert")), Path.of(options.get("--key")))
      : SslContextOptions.DEFAULT;
}

/// Where connections are passed on to, and how.
record Target(InetSocketAddress address, ConnectionOptions options) {}

/// One end of a connection that is passed on.
static class Relay implements Protocol {
  Relay other;
  Transport transport;
  boolean ended;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    other.transport.write(data);
  }

  @Override
  public boolean eofReceived() {
    ended = true;
    if (!other.transport.canWriteEof()) {
      // TLS 1.2 ends both directions at once.
      other.transport.close();
      return false;
    }
    other.transport.writeEof();
    if (other.ended) {
      other.transport.close();
    }
    // Until the other direction has ended too.
    return !other.ended;
  }

  @Override
  public void pauseWriting() {
    other.transport.pauseReading();
  }

  @Override
  public void resumeWriting() {
    other.transport.resumeReading();
  }

  @Override
  public void connectionLost(Exception exception) {
    if (other.transport != null) {
      if (exception == null) {
        other.transport.close();
      } else {
        other.transport.abort();
      }
    }
  }
}

/// The end that came to us: it is read once there is a connection to pass it on to.
static class Front extends Relay {
  private final Target to;
  private Task<?> connecting;

  Front(Target to) {
    this.to = to;
    other = new Relay();
    other.other = this;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    super.connectionMade(transport);
    this.transport.pauseReading();
    connecting = Asyncio.createTask(this::connect);
  }

  private void connect() {
    try {
      InetSocketAddress address = to.address();
      Asyncio.getRunningLoop()
          .createConnection(() -> other, address.getHostString(), address.getPort(), to.options());
      transport.resumeReading();
    } catch (IOException e) {
      System.err.println(to.address() + ": " + e.getMessage());
      transport.abort();
    }
  }

  @Override
  public void connectionLost(Exception exception) {
    connecting.cancel();
    super.connectionLost(exception);
  }
}

// Datagrams.

void relayDatagrams(Map<String, String> options) throws Exception {
  InetSocketAddress named = address(options.get("--to"));
  // Looked up once, before there is a loop.
  var to = new InetSocketAddress(named.getHostString(), named.getPort());
  int clients = Integer.parseInt(options.get("--clients"));
  var idle = Duration.ofSeconds(Integer.parseInt(options.get("--idle")));
  Asyncio.run(
      () -> {
        EventLoop loop = Asyncio.getRunningLoop();
        var front =
            loop.createDatagramEndpoint(
                () -> new DatagramFront(to, clients, idle), address(options.get("--listen")), null);
        var bound = front.transport().getExtraInfo("sockname", InetSocketAddress.class);
        IO.println("serving on " + bound.getHostString() + ":" + bound.getPort());
        try {
          while (true) {
            Asyncio.sleep(Duration.ofSeconds(1));
            front.protocol().clear();
          }
        } finally {
          front.protocol().close();
        }
      });
}

/// One end of what passes datagrams on. What the kernel does not take is kept until it is too much,
/// and then dropped: nobody could be told to send no more.
abstract static class DatagramRelay implements DatagramProtocol {
  protected DatagramTransport transport;
  private boolean full;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (DatagramTransport) transport;
  }

  /// Sends a datagram, or drops it.
  ///
  /// @param to null for the peer of the endpoint
  void send(ByteBuffer data, SocketAddress to) {
    if (full) {
      drop("who receives is too slow");
      return;
    }
    try {
      transport.sendto(data, to);
    } catch (UnsupportedOperationException e) {
      drop("empty ones need a flag");
    }
  }

  abstract void drop(String why);

  @Override
  public void errorReceived(IOException e) {
    drop(e.getClass().getSimpleName());
  }

  /// Returns how many datagrams the kernel has dropped before we saw them, as far as it tells.
  long droppedByKernel() {
    try {
      return transport.getDroppedDatagrams();
    } catch (UnsupportedOperationException e) {
      return 0;
    }
  }

  @Override
  public void pauseWriting() {
    full = true;
  }

  @Override
  public void resumeWriting() {
    full = false;
  }
}

/// The end that all clients send to.
static class DatagramFront extends DatagramRelay {
  private final InetSocketAddress to;
  private final int clients;
  private final long idle;
  // By client; who was silent the longest comes first.
  private final Map<SocketAddress, DatagramBack> backs = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Long> dropped = new TreeMap<>();
  private Map<String, Long> told = Map.of();

  DatagramFront(InetSocketAddress to, int clients, Duration idle) {
    this.to = to;
    this.clients = clients;
    this.idle = idle.toNanos();
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress client) {
    DatagramBack back = backs.get(client);
    if (back == null) {
      if (backs.size() == clients) {
        drop("too many clients");
        return;
      }
      back = new DatagramBack(this, client);
      backs.put(client, back);
      Asyncio.createTask(back::open);
    }
    back.pass(data);
  }

  @Override
  void drop(String why) {
    dropped.merge(why, 1L, Long::sum);
  }

  /// Ends with all its clients.
  void close() {
    backs.values().forEach(DatagramBack::close);
    transport.close();
  }

  /// Closes the ends of clients that are silent, and tells what was dropped.
  void clear() {
    long now = Asyncio.getRunningLoop().time();
    for (var all = backs.values().iterator(); all.hasNext(); ) {
      DatagramBack eldest = all.next();
      if (now - eldest.used < idle) {
        break;
      }
      all.remove();
      eldest.close();
    }
    long byKernel = droppedByKernel();
    if (byKernel > 0) {
      dropped.put("too fast", byKernel);
    }
    if (!dropped.equals(told)) {
      told = Map.copyOf(dropped);
      System.err.println("dropped: " + dropped);
    }
  }
}

/// The end of one client, which has answers come back to it.
static class DatagramBack extends DatagramRelay {
  private static final int MOST_EARLY = 8;

  private final DatagramFront front;
  private final SocketAddress client;
  private final List<ByteBuffer> early = new ArrayList<>();
  private long used;
  private boolean closed;

  DatagramBack(DatagramFront front, SocketAddress client) {
    this.front = front;
    this.client = client;
  }

  private void open() {
    try {
      Asyncio.getRunningLoop().createDatagramEndpoint(() -> this, null, front.to);
    } catch (IOException e) {
      front.backs.remove(client, this);
      errorReceived(e);
    }
  }

  @Override
  void drop(String why) {
    front.drop(why);
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    super.connectionMade(transport);
    early.forEach(data -> send(data, null));
    early.clear();
    if (closed) {
      transport.close();
    }
  }

  /// Passes on what the client has sent.
  void pass(ByteBuffer data) {
    used = Asyncio.getRunningLoop().time();
    if (transport != null) {
      send(data, null);
    } else if (early.size() < MOST_EARLY) {
      early.add(ByteBuffer.allocate(data.remaining()).put(data).flip());
    } else {
      drop("too early");
    }
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress server) {
    used = Asyncio.getRunningLoop().time();
    // Now it is silent for the shortest time.
    front.backs.get(client);
    front.send(data, client);
  }

  void close() {
    closed = true;
    if (transport != null) {
      transport.close();
    }
  }
}
