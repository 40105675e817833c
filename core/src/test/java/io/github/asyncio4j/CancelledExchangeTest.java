// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the JDK's HTTP client does when a task waits no more for an answer (FT-08).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class CancelledExchangeTest {
  private final BaseEventLoop loop;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  CancelledExchangeTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void close() {
    client.shutdownNow();
    loop.close();
  }

  @Test
  void theServerSeesTheEndOfAConnectionWhoseRequestWasCancelled() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<@Nullable Void> asked = loop.createFuture();
          Future<Integer> ended = loop.createFuture();
          Server server =
              Asyncio.startServer(
                  (reader, writer) -> {
                    try (writer) {
                      while (reader.readline().length > 2) {
                        // The head of the request, up to the empty line.
                      }
                      asked.setResult(null);
                      ended.setResult(reader.read().length);
                    }
                  },
                  "127.0.0.1",
                  0);
          var uri = URI.create("http://127.0.0.1:" + server.port() + "/");
          HttpRequest request = HttpRequest.newBuilder(uri).build();
          Task<HttpResponse<String>> waiting =
              loop.createTask(
                  () ->
                      Future.await(
                          client.sendAsync(request, HttpResponse.BodyHandlers.ofString())));
          asked.await();

          waiting.cancel();

          assertThat(ended.await()).isZero();
          assertThat(waiting.cancelled()).isTrue();
          server.close();
          server.waitClosed();
        });
  }
}
