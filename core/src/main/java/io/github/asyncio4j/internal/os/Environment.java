// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.internal.ffi.SpawnPlan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Environments of children as the system wants them. Any thread.
final class Environment {
  /*
   * The JDK decodes the environment of this process in the charset of the locale, in which not all
   * bytes are legal. What a child inherits has to be the same bytes; so they are read where the
   * system shows what the process was started with. The JDK's copy does not change either.
   */
  private static final Path OWN = Path.of("/proc/self/environ");

  private Environment() {}

  private static final class Inherited {
    static final MemorySegment SEGMENT = SpawnPlan.strings(Arena.global(), read());
  }

  /// Returns the environment of this process.
  static MemorySegment inherited() {
    return Inherited.SEGMENT;
  }

  /// Returns an environment, with the life of the arena.
  static MemorySegment of(Arena arena, Map<String, String> variables) {
    return SpawnPlan.strings(arena, encoded(variables));
  }

  private static List<byte[]> encoded(Map<String, String> variables) {
    return variables.entrySet().stream()
        .map(variable -> (variable.getKey() + "=" + variable.getValue()).getBytes(UTF_8))
        .toList();
  }

  private static List<byte[]> read() {
    byte[] block;
    try {
      block = Files.readAllBytes(OWN);
    } catch (IOException e) {
      return encoded(System.getenv()); // No /proc here.
    }
    var variables = new ArrayList<byte[]>();
    int from = 0;
    for (int i = 0; i < block.length; i++) {
      if (block[i] == 0) {
        variables.add(Arrays.copyOfRange(block, from, i));
        from = i + 1;
      }
    }
    return variables;
  }
}
