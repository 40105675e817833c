// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.ssl.Purpose;
import io.github.asyncio4j.ssl.Ssl;
import io.github.asyncio4j.ssl.SslContextOptions;
import io.github.asyncio4j.ssl.VerifyMode;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.nio.file.attribute.PosixFilePermissions;

static final String USAGE =
    "usage: TlsEcho [--host H] [--port P] [--style streams|protocol]"
        + " [--cert FILE --key FILE | --own FILE] [--client-ca FILE]";

/// Sends back what it gets, under TLS: `bin/asyncio TlsEcho [--host H] [--port P] [--style
/// streams|protocol] [--cert FILE --key FILE | --own FILE] [--client-ca FILE]`. Without a
/// certificate it makes one for `localhost` on its first run, and keeps it with its key in `--own`.
void main(String[] args) throws Exception {
  var options = new HashMap<>(Map.of("--host", "127.0.0.1", "--port", "8443"));
  options.put("--style", "streams");
  var known = Set.of("--host", "--port", "--style", "--cert", "--key", "--own", "--client-ca");
  boolean legal = args.length % 2 == 0;
  for (int i = 0; legal && i < args.length; i += 2) {
    legal = known.contains(args[i]);
    options.put(args[i], args[i + 1]);
  }
  legal &= options.get("--port").matches("\\d{1,5}");
  legal &= Set.of("streams", "protocol").contains(options.get("--style"));
  legal &= options.containsKey("--cert") == options.containsKey("--key");
  if (!legal) {
    System.err.println(USAGE);
    System.exit(2);
  }

  Asyncio.run(
      () -> {
        try (Server server = start(options)) {
          var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
          IO.println("serving on " + address.getHostString() + ":" + address.getPort());
          server.serveForever();
        }
      });
}

Server start(Map<String, String> options) throws Exception {
  Path chain =
      options.containsKey("--cert") ? Path.of(options.get("--cert")) : ownCertificate(options);
  Path key = options.containsKey("--key") ? Path.of(options.get("--key")) : chain;
  var files = SslContextOptions.DEFAULT.loadCertChain(chain, key);
  if (options.containsKey("--client-ca")) {
    files =
        files
            .loadVerifyLocations(Path.of(options.get("--client-ca")))
            .verifyMode(VerifyMode.CERT_REQUIRED);
  }
  var tls = ServerOptions.DEFAULT.ssl(Ssl.createDefaultContext(Purpose.CLIENT_AUTH, files));
  String host = options.get("--host");
  int port = Integer.parseInt(options.get("--port"));
  return options.get("--style").equals("streams")
      ? Asyncio.startServer(this::echo, host, port, tls)
      : Asyncio.getRunningLoop().createServer(EchoProtocol::new, host, port, tls);
}

/// Returns the file of a key and the certificate that it has signed itself, made by the JDK's
/// keytool.
Path ownCertificate(Map<String, String> options) throws Exception {
  Path home = Path.of(System.getProperty("user.home"), ".cache", "asyncio4j", "tls-echo.pem");
  Path file = Path.of(options.getOrDefault("--own", home.toString())).toAbsolutePath();
  Path directory = file.getParent();
  if (Files.exists(file)) {
    return file;
  }
  Files.createDirectories(directory);
  Path made = Files.createTempDirectory(directory, "tls-echo");
  Path store = made.resolve("store.p12");
  String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
  var command =
      ("-genkeypair -alias echo -keyalg EC -groupname secp256r1 -dname CN=localhost -validity 365"
              + " -ext san=dns:localhost,ip:127.0.0.1 -storepass changeit -keystore")
          .split(" ", -1);
  var line = new ArrayList<>(List.of(keytool));
  line.addAll(List.of(command));
  line.add(store.toString());
  if (new ProcessBuilder(line).redirectErrorStream(true).start().waitFor() != 0) {
    throw new IOException("cannot make a certificate: " + line);
  }
  var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
  String text =
      pem("PRIVATE KEY", keys.getKey("echo", "changeit".toCharArray()).getEncoded())
          + pem("CERTIFICATE", keys.getCertificate("echo").getEncoded());
  // The directory that it was made in is for nobody else, and so is the file, there whole or not.
  Path pem =
      Files.createFile(
          made.resolve("pem"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  Files.move(Files.writeString(pem, text), file);
  Files.delete(store);
  Files.delete(made);
  return file;
}

String pem(String label, byte[] encoded) {
  String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
  return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
}

/// Streams: a task per connection, which reads and writes straight down.
void echo(StreamReader reader, StreamWriter writer) {
  try (writer) {
    while (!reader.atEof()) {
      writer.write(reader.read(64 * 1024));
      writer.drain();
    }
  } catch (IOException e) {
    return; // The client has gone, or broke the rules of TLS.
  }
}

/// Protocol: an object per connection, which the loop calls.
static class EchoProtocol implements Protocol {
  private Transport transport;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    transport.write(data);
  }

  @Override
  public void pauseWriting() {
    transport.pauseReading();
  }

  @Override
  public void resumeWriting() {
    transport.resumeReading();
  }
}
