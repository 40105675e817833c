// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// How bytes go through the engines of others.
@ParameterizedClass
@MethodSource("io.github.asyncio4j.loop.ForeignEngines#onLoops")
final class ForeignDataTest extends TlsDataContract {
  ForeignDataTest(LoopKind kind, ForeignEngines engines) {
    super(kind, engines);
  }
}
