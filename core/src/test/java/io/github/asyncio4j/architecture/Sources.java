// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The files that the tests of this package look at.
final class Sources {
  /// The directory of the module `core`. Surefire sets the property; an IDE starts there.
  static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();

  private Sources() {}

  /// Lists the files below a directory of the module whose name ends so.
  static List<Path> list(String directory, String ending) {
    try (Stream<Path> files = Files.walk(MODULE.resolve(directory))) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
