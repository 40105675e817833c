// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands between a BEGIN and an END. Owned by its [PemFile], which wipes it.
final class PemBlock {
  private final Path file;
  private final int line;
  private final String label;
  private final Map<String, String> headers;
  private final byte[] content;

  PemBlock(Path file, int line, String label, Map<String, String> headers, byte[] content) {
    this.file = file;
    this.line = line;
    this.label = label;
    this.headers = headers;
    this.content = content;
  }

  /// Returns the word behind BEGIN, in capital letters.
  String label() {
    return label;
  }

  boolean isCertificate() {
    return label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE");
  }

  boolean isPrivateKey() {
    return label.endsWith("PRIVATE KEY");
  }

  /// Returns what stands before the content, by name.
  Map<String, String> headers() {
    return headers;
  }

  /// Returns the decoded content itself, no copy.
  byte[] content() {
    return content;
  }

  /// Returns a failure that names the file and the line of BEGIN. It has no cause: those that come
  /// of a key could tell of it.
  PemException failure(String what) {
    return failure(what, null);
  }

  PemException failure(String what, @Nullable Throwable cause) {
    return new PemException(file, line, what, cause);
  }

  void wipe() {
    Arrays.fill(content, (byte) 0);
  }
}
