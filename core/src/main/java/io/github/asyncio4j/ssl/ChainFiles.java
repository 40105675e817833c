// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where a certificate chain and its key are, and the array that holds the password of the key,
/// which is the user's.
final class ChainFiles {
  private final Path certfile;
  private final Path keyfile;
  private final char @Nullable [] password;

  ChainFiles(Path certfile, Path keyfile, char @Nullable [] password) {
    this.certfile = Objects.requireNonNull(certfile, "certfile");
    this.keyfile = Objects.requireNonNull(keyfile, "keyfile");
    this.password = password;
  }

  Path certfile() {
    return certfile;
  }

  Path keyfile() {
    return keyfile;
  }

  /// Returns the user's array, no copy.
  char @Nullable [] password() {
    return password;
  }

  /// By the files and by the identity of the array.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChainFiles files
        && certfile.equals(files.certfile)
        && keyfile.equals(files.keyfile)
        && password == files.password;
  }

  @Override
  public int hashCode() {
    return Objects.hash(certfile, keyfile);
  }

  @Override
  public String toString() {
    String text = certfile.equals(keyfile) ? certfile.toString() : certfile + " + " + keyfile;
    return password == null ? text : text + " with a password";
  }
}
