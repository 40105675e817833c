// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// The files beside the tests; their README says what each of them is.
final class PemSamples {
  static final List<String> KINDS = List.of("rsa", "p256", "p384", "ed25519");

  private PemSamples() {}

  static Path file(String name) {
    URL url = Objects.requireNonNull(PemSamples.class.getResource(name), name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static String text(String name) throws IOException {
    return Files.readString(file(name), ISO_8859_1);
  }

  /// Writes a file of its own for a test.
  static Path write(Path directory, String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text, ISO_8859_1);
  }

  /// Returns options with the chain and the plain key of a kind.
  static SslContextOptions chain(String kind) {
    return chain(SslContextOptions.DEFAULT, kind);
  }

  static SslContextOptions chain(SslContextOptions options, String kind) {
    return options.loadCertChain(file(kind + ".chain.pem"), file(kind + ".pkcs8.pem"));
  }

  /// Returns options that trust the authority of all chains.
  static SslContextOptions trusting() {
    return SslContextOptions.DEFAULT.loadVerifyLocations(file("ca.pem"));
  }
}
