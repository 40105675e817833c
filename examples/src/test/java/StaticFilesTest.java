// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Serves files to the client of the JDK, and to one that asks for what it may not have.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class StaticFilesTest {
  private static final int LARGE = 5_000_000;

  @Parameter List<String> flags;

  @TempDir Path directory;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  private interface Body {
    void run(int port) throws Exception;
  }

  private void served(Body body) throws Exception {
    served(List.of(), body);
  }

  private void served(List<String> more, Body body) throws Exception {
    var root = Files.createDirectories(directory.resolve("root"));
    Files.writeString(directory.resolve("secret"), "secret");
    Files.writeString(
        Files.createDirectories(directory.resolve("root-of-others/")).resolve("f"), "");
    var content = new byte[LARGE];
    new Random(7).nextBytes(content);
    Files.write(root.resolve("large.bin"), content);
    Files.writeString(root.resolve("a +ü.txt"), "odd name");
    Files.write(root.resolve("empty"), new byte[0]);
    Files.writeString(Files.createDirectory(root.resolve("sub")).resolve("index.html"), "index");
    Files.createDirectory(root.resolve("bare"));
    Files.createSymbolicLink(root.resolve("out"), directory.resolve("secret"));
    Files.createSymbolicLink(root.resolve("up"), directory);
    Files.createSymbolicLink(root.resolve("in"), root.resolve("empty"));
    var command = new ArrayList<>(List.of("StaticFiles", "--root", root.toString()));
    command.addAll(more);
    try (Program server = Program.serve(flags, command.toArray(String[]::new))) {
      body.run(server.port());
      server.terminate();
    }
  }

  private static HttpResponse<byte[]> ask(
      HttpClient client, int port, String method, String path, String... fields) throws Exception {
    return ask(client, "http://127.0.0.1:" + port + path, method, fields);
  }

  private static HttpResponse<byte[]> ask(
      HttpClient client, String uri, String method, String... fields) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(uri)).method(method, HttpRequest.BodyPublishers.noBody());
    if (fields.length > 0) {
      request.headers(fields);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  // EL-90
  @Test
  void filesAreServedWholeAndInRanges() throws Exception {
    served(
        port -> {
          byte[] content = Files.readAllBytes(directory.resolve("root/large.bin"));
          try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var whole = ask(client, port, "GET", "/large.bin?x=1");
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(content);
            assertThat(whole.headers().firstValue("connection")).contains("keep-alive");

            var part = ask(client, port, "GET", "/large.bin", "Range", "bytes=1000-1999999");
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.headers().firstValue("content-range"))
                .contains("bytes 1000-1999999/" + LARGE);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 1000, 2_000_000));
            assertThat(ask(client, port, "GET", "/large.bin", "Range", "bytes=-10").body())
                .isEqualTo(Arrays.copyOfRange(content, LARGE - 10, LARGE));
            assertThat(ask(client, port, "GET", "/large.bin", "Range", "bytes=4999999-").body())
                .isEqualTo(Arrays.copyOfRange(content, LARGE - 1, LARGE));
            var beyond = ask(client, port, "GET", "/large.bin", "Range", "bytes=5000000-");
            assertThat(beyond.statusCode()).isEqualTo(416);
            assertThat(beyond.headers().firstValue("content-range")).contains("bytes */" + LARGE);
            for (String range : List.of("bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=x-1")) {
              assertThat(ask(client, port, "GET", "/large.bin", "Range", range).statusCode())
                  .isEqualTo(200);
            }

            var head = ask(client, port, "HEAD", "/large.bin");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValueAsLong("content-length")).hasValue(LARGE);
            assertThat(head.body()).isEmpty();
            assertThat(ask(client, port, "GET", "/empty").body()).isEmpty();
            assertThat(ask(client, port, "GET", "/in").statusCode()).isEqualTo(200);
            assertThat(ask(client, port, "GET", "/a%20+%C3%BC.txt").body())
                .asString(ISO_8859_1)
                .isEqualTo("odd name");
            assertThat(ask(client, port, "GET", "/sub/").body())
                .asString(ISO_8859_1)
                .isEqualTo("index");
            assertThat(ask(client, port, "DELETE", "/large.bin").statusCode()).isEqualTo(405);
          }
        });
  }

  // EL-90
  @Test
  void filesAreServedOverTls() throws Exception {
    var identity = TlsIdentity.make(directory);
    var tls = List.of("--tls", "--cert", identity.cert(), "--key", identity.key());
    served(
        tls,
        port -> {
          byte[] content = Files.readAllBytes(directory.resolve("root/large.bin"));
          String site = "https://localhost:" + port;
          try (var client =
              HttpClient.newBuilder()
                  .version(HttpClient.Version.HTTP_1_1)
                  .sslContext(identity.clientContext())
                  .build()) {
            var whole = ask(client, site + "/large.bin", "GET");
            assertThat(whole.sslSession()).isPresent();
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(content);
            var part = ask(client, site + "/large.bin", "GET", "Range", "bytes=1000-1999999");
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 1000, 2_000_000));
            assertThat(ask(client, site + "/large.bin", "HEAD").body()).isEmpty();
            assertThat(ask(client, site + "/sub/", "GET").body())
                .asString(ISO_8859_1)
                .isEqualTo("index");
            assertThat(ask(client, site + "/%2e%2e/secret", "GET").statusCode()).isEqualTo(404);
          }
        });
  }

  @Test
  void tlsIsAskedForAsAWhole() throws Exception {
    for (String line :
        List.of("--tls", "--tls --cert c", "--cert c --key k", "--tls --cert c --key")) {
      var command = new ArrayList<>(List.of("StaticFiles", "--root", directory.toString()));
      command.addAll(List.of(line.split(" ")));
      assertThat(Program.refusal(flags, command.toArray(String[]::new)))
          .startsWith("usage: StaticFiles");
    }
  }

  @Test
  void nothingOutsideOfTheRootIsServed() throws Exception {
    served(
        port -> {
          for (String path :
              List.of(
                  "/../secret",
                  "/%2e%2e/secret",
                  "/%2e%2e%2fsecret",
                  "/sub/../../secret",
                  "/sub/%2E%2E/%2E%2E/secret",
                  "/../root-of-others/f",
                  "//etc/passwd",
                  "/%2fetc/passwd",
                  "/..%00/secret",
                  "/%",
                  "/%c0%ae%c0%ae/secret",
                  "/out",
                  "/up/secret",
                  "/up/root/../secret",
                  "/bare",
                  "/missing")) {
            assertThat(raw(port, "GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 Not Found\r\n")
                .endsWith("\r\n\r\n");
          }
        });
  }

  @Test
  void requestsFollowEachOtherUntilOneIsWrong() throws Exception {
    served(
        port -> {
          String page = "GET /sub/ HTTP/1.1\r\n\r\n";
          assertThat(raw(port, page + page + "nonsense\r\n\r\n" + page))
              .containsPattern("(?s)200 OK.*index.*200 OK.*index.*400 Bad Request")
              .doesNotContainPattern("(?s)400 Bad Request.*200 OK");
          assertThat(raw(port, "GET /sub/ HTTP/1.0\r\n\r\n" + page)).endsWith("\r\n\r\nindex");
          assertThat(raw(port, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"))
              .startsWith("HTTP/1.1 400 Bad Request");
        });
    assertThat(Program.refusal(flags, "StaticFiles", "--port", "1"))
        .startsWith("usage: StaticFiles");
  }

  /// Sends what no client would, ends its half, and returns all that comes.
  private static String raw(int port, String request) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
