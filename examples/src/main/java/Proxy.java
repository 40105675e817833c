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
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;

static final String USAGE =
    "usage: Proxy --listen HOST:PORT --to HOST:PORT [--tls-in] [--tls-out] [--cert FILE --key FILE]"
        + " [--client-ca FILE] [--ca FILE] [--server-name NAME]";

/// Passes connections on: `bin/asyncio Proxy --listen HOST:PORT --to HOST:PORT`. What one side
/// sends no faster than the other takes, and each direction ends by itself.
///
/// `--tls-in` speaks TLS with who connects: as `--cert`, with `--key`, and if there is a
/// `--client-ca` only with those whom it has signed. `--tls-out` speaks TLS with whom it connects
/// to, whom `--ca` has signed, or one that the JVM trusts, and who is `--server-name`, or the host;
/// there `--cert` is who it is itself.
void main(String[] args) throws Exception {
  var options = new HashMap<String, String>();
  var known = Set.of("--listen", "--to", "--cert", "--key", "--client-ca", "--ca", "--server-name");
  boolean legal = true;
  for (int i = 0; legal && i < args.length; i++) {
    if (args[i].equals("--tls-in") || args[i].equals("--tls-out")) {
      options.put(args[i], "");
    } else {
      legal = known.contains(args[i]) && i + 1 < args.length;
      options.put(args[i], legal ? args[++i] : "");
    }
  }
  if (!legal || !options.containsKey("--listen") || !options.containsKey("--to")) {
    System.err.println(USAGE);
    System.exit(2);
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
  return ServerOptions.DEFAULT.ssl(Ssl.createDefaultContext(Purpose.CLIENT_AUTH, files));
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
