// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// How connections come under TLS with the engines of others.
@ParameterizedClass
@MethodSource("io.github.asyncio4j.loop.ForeignEngines#onLoops")
final class ForeignHandshakeTest extends TlsHandshakeContract {
  ForeignHandshakeTest(LoopKind kind, ForeignEngines engines) {
    super(kind, engines);
  }
}
