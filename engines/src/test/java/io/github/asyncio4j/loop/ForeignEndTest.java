// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// How connections of the engines of others end.
@ParameterizedClass
@MethodSource("io.github.asyncio4j.loop.ForeignEngines#onLoops")
final class ForeignEndTest extends TlsEndContract {
  ForeignEndTest(LoopKind kind, ForeignEngines engines) {
    super(kind, engines);
  }

  // BoringSSL answers a goodbye with its own, and reads nothing behind its own.
  @Test
  void bothHalvesEndTogetherAsTheEngineCannotEndOne() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var client = recorder();
            var accepted = recorder();
            accepted.keepOpenAtEof = true;
            joinTls(client, accepted, "TLSv1.3");
            assertThat(client.transport.canWriteEof()).isFalse();
            assertThatThrownBy(() -> client.transport.writeEof())
                .isInstanceOf(UnsupportedOperationException.class);
            client.transport.write(bytes("all"));
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
            assertThat(accepted.text()).isEqualTo("all");
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          });
      assertThat(log.messages())
          .anySatisfy(
              m -> assertThat(m).contains("returning true from eofReceived() has no effect"));
    }
  }
}
