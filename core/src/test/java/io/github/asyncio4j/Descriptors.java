// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Counts the open descriptors of this process.
public final class Descriptors {
  private static final Path OWN = Path.of("/proc/self/fd");

  private Descriptors() {}

  /// Returns how many are open, without the one that counting takes.
  public static long count() {
    try (var entries = Files.list(OWN)) {
      return entries.count() - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
