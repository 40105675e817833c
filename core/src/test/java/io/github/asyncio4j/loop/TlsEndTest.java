// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.TlsEngines;
import java.io.IOException;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How connections under TLS end, and who is told what.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsEndTest extends TlsEndContract {
  TlsEndTest(LoopKind kind) {
    super(kind, TlsEngines.JDK);
  }

  @Test
  void whatAnEngineHasToComputeRunsInAnotherThread() throws Exception {
    var names = new java.util.concurrent.ConcurrentLinkedQueue<String>();
    var matcher =
        new SNIMatcher(0) {
          @Override
          public boolean matches(SNIServerName name) {
            names.add(Thread.currentThread().getName());
            return true;
          }
        };
    run(
        () -> {
          var accepted = recorder();
          try (var server =
              serve(
                  () -> accepted,
                  serverOptions.sslParameters(p -> p.setSNIMatchers(java.util.List.of(matcher))))) {
            var client = recorder();
            connect(() -> client, server, clientOptions.serverHostname("localhost"));
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
          }
        });
    assertThat(names).isNotEmpty().allSatisfy(n -> assertThat(n).startsWith("asyncio4j-tls-"));
  }

  @Test
  void whatAGuestThrowsInsideTheEngineCostsOneConnection() throws Exception {
    var matcher =
        new SNIMatcher(0) {
          @Override
          public boolean matches(SNIServerName name) {
            throw new IllegalStateException("a guest");
          }
        };
    run(
        () -> {
          try (var server =
              serve(
                  this::recorder,
                  serverOptions.sslParameters(p -> p.setSNIMatchers(java.util.List.of(matcher))))) {
            assertThatThrownBy(
                    () ->
                        connect(this::recorder, server, clientOptions.serverHostname("localhost")))
                .isInstanceOf(IOException.class);
            var client = recorder();
            connect(() -> client, server, clientOptions);
            client.transport.abort();
            client.untilLost();
            end(server);
          }
        });
  }

  @Test
  void oneHalfOfTls13EndsByItself() throws Exception {
    byte[] all = pattern(1_000_000);
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          accepted.keepOpenAtEof = true;
          joinTls(client, accepted, "TLSv1.3");
          assertThat(client.transport.canWriteEof()).isTrue();
          client.transport.write(bytes("the question"));
          client.transport.writeEof();
          client.transport.writeEof();
          assertThatThrownBy(() -> client.transport.write(bytes("more")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("Cannot call write() after writeEof()");
          accepted.until(() -> accepted.calls.contains("eof"));
          assertThat(accepted.text()).isEqualTo("the question");
          passIterations();

          accepted.transport.write(all);
          accepted.transport.close();
          client.untilLost();
          accepted.untilLost();
          assertThat(client.received.toByteArray()).isEqualTo(all);
          assertThat(client.calls).containsExactly("made", "data", "eof", "lost");
          assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
        });
  }
}
