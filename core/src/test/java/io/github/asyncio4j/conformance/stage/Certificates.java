// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import io.github.asyncio4j.ssl.TlsVersion;
import io.github.asyncio4j.ssl.VerifyMode;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// What scenarios of TLS share: the twin of `conformance/python/certificates.py`.
public final class Certificates {
  private static final Path FILES = Path.of("src/test/resources/io/github/asyncio4j/ssl");

  /// Whom the server's certificate is for.
  public static final String HOST = "localhost";

  private Certificates() {}

  public static SSLContext serverContext() throws IOException {
    return Ssl.createDefaultContext(Purpose.CLIENT_AUTH, server());
  }

  /// Returns a context that speaks one version only.
  public static SSLContext serverContext(TlsVersion version) throws IOException {
    return Ssl.createDefaultContext(Purpose.CLIENT_AUTH, only(version, server()));
  }

  /// Returns a context that speaks one version only, with clients that have a certificate.
  public static SSLContext strictServerContext(TlsVersion version) throws IOException {
    return Ssl.createDefaultContext(
        Purpose.CLIENT_AUTH,
        only(version, server())
            .loadVerifyLocations(FILES.resolve("ca.pem"))
            .verifyMode(VerifyMode.CERT_REQUIRED));
  }

  private static SslContextOptions server() {
    return SslContextOptions.DEFAULT.loadCertChain(
        FILES.resolve("p256.chain.pem"), FILES.resolve("p256.pkcs8.pem"));
  }

  private static SslContextOptions only(TlsVersion version, SslContextOptions options) {
    return options.minimumVersion(version).maximumVersion(version);
  }

  public static SSLContext clientContext() throws IOException {
    return clientContext("ca.pem");
  }

  /// Returns the context of a client that trusts an authority.
  public static SSLContext clientContext(String authority) throws IOException {
    return Ssl.createDefaultContext(Purpose.SERVER_AUTH, client(authority));
  }

  /// Returns the context of a client that has a certificate.
  public static SSLContext knownClientContext() throws IOException {
    return Ssl.createDefaultContext(
        Purpose.SERVER_AUTH,
        client("ca.pem")
            .loadCertChain(FILES.resolve("rsa.chain.pem"), FILES.resolve("rsa.pkcs8.pem")));
  }

  private static SslContextOptions client(String authority) {
    return SslContextOptions.DEFAULT.loadVerifyLocations(FILES.resolve(authority));
  }

  /// The keywords of a client that verifies the server's name.
  public static ConnectionOptions calling() throws IOException {
    return calling(clientContext());
  }

  public static ConnectionOptions calling(SSLContext context) {
    return ConnectionOptions.DEFAULT.ssl(context).serverHostname(HOST);
  }

  /// The keywords of a server.
  public static ServerOptions serving() throws IOException {
    return ServerOptions.DEFAULT.ssl(serverContext());
  }

  /// A recorder that keeps its lines, as the two sides of a connection are told in no certain
  /// order.
  public record Kept(Recorder recorder, List<String> lines) {
    public static Kept make() {
      return make(Recorder::new);
    }

    public static Kept make(Function<Consumer<String>, Recorder> kind) {
      var lines = new ArrayList<String>();
      return new Kept(kind.apply(lines::add), lines);
    }

    /// Prints what it has heard.
    public void tell(Stage stage, String side) {
      lines.forEach(line -> stage.out(side + ": " + line));
    }
  }

  /// Who closes the connection: CPython tells it of the peer's goodbye after that.
  public static final class Caller extends Recorder {
    public Caller(Consumer<String> out) {
      super(out);
    }

    @Override
    public boolean eofReceived() {
      return false;
    }
  }

  /// A recorder that prints nothing.
  public static Recorder silent() {
    return new Quiet(_ -> {});
  }

  public static Server serve(Stage stage, Supplier<? extends BaseProtocol> factory)
      throws IOException {
    return serve(stage, factory, serving());
  }

  public static Server serve(
      Stage stage, Supplier<? extends BaseProtocol> factory, ServerOptions options)
      throws IOException {
    return stage.loop().createServer(factory, LOCALHOST, 0, options);
  }

  public static Transport call(Stage stage, Server server, BaseProtocol protocol)
      throws IOException {
    return call(stage, server, protocol, calling());
  }

  public static Transport call(
      Stage stage, Server server, BaseProtocol protocol, ConnectionOptions options)
      throws IOException {
    return stage
        .loop()
        .createConnection(() -> protocol, LOCALHOST, portOf(server), options)
        .transport();
  }

  /// Connects two protocols of the loop by TLS; returns the client's transport.
  public static Transport join(Stage stage, BaseProtocol client, Recorder accepted)
      throws Exception {
    return join(stage, client, accepted, null);
  }

  public static Transport join(
      Stage stage, BaseProtocol client, Recorder accepted, @Nullable TlsVersion version)
      throws Exception {
    SSLContext context = version == null ? serverContext() : serverContext(version);
    var server = serve(stage, () -> accepted, ServerOptions.DEFAULT.ssl(context));
    Transport transport = call(stage, server, client);
    accepted.made.await();
    server.close();
    return transport;
  }

  /// Prints how a connect ends; a transport that came out of it is closed.
  public static void attemptConnect(Stage stage, String label, Callable<Transport> connecting) {
    Transport made;
    try {
      made = connecting.call();
    } catch (Throwable t) {
      stage.out(label + ": " + Words.word(t));
      return;
    }
    stage.out(label + ": connected");
    made.close();
  }
}
