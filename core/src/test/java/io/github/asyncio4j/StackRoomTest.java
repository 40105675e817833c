// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What keeps looking for the end of the stack cheap.
final class StackRoomTest {
  /// The JIT takes larger methods into their callers never (FreqInlineSize, product default).
  private static final int LARGEST_INLINED = 325;

  // ADR 12
  @Test
  void theLargeFrameNeverBecomesPartOfTheCallers() throws IOException {
    byte[] bytes;
    try (var in = StackRoom.class.getResourceAsStream("StackRoom.class")) {
      bytes = Objects.requireNonNull(in).readAllBytes();
    }
    var touch =
        ClassFile.of().parse(bytes).methods().stream()
            .filter(method -> method.methodName().equalsString("touch"))
            .map(method -> (CodeAttribute) method.code().orElseThrow())
            .toList();

    assertThat(touch)
        .singleElement()
        .satisfies(code -> assertThat(code.codeLength()).isGreaterThan(LARGEST_INLINED));
  }
}
