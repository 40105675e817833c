// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every format in which a key may come gives the key of its certificate.
final class KeyFormatsTest {
  private static KeyChain load(Path certfile, Path keyfile, String password) throws IOException {
    char[] secret = password == null ? null : password.toCharArray();
    return KeyChain.load(new ChainFiles(certfile, keyfile, secret));
  }

  private static void assertFits(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (certificate.getPublicKey().getAlgorithm()) {
          case "RSA" -> "SHA512withRSA";
          case "EC" -> "SHA512withECDSA";
          default -> "Ed25519";
        };
    var signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update("a text".getBytes(UTF_8));
    byte[] signed = signature.sign();
    signature.initVerify(certificate);
    signature.update("a text".getBytes(UTF_8));
    assertThat(signature.verify(signed)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.pkcs8.pem,",
    "p256.pkcs8.pem,",
    "p384.pkcs8.pem,",
    "ed25519.pkcs8.pem,",
    "rsa.pkcs1.pem,",
    "p256.sec1.pem,",
    "p384.sec1.pem,",
    "p256.ecparam.pem,",
    "p256.combined.pem,",
    "p256.pbes2-sha1-aes-128-cbc.pem, secret",
    "p256.pbes2-sha224-aes-192-cbc.pem, secret",
    "p256.pbes2-sha256-aes-256-cbc.pem, secret",
    "p256.pbes2-sha384-des-ede3-cbc.pem, secret",
    "p256.pbes2-sha512-aes-256-cbc.pem, secret",
    "ed25519.pbes2-umlaut.pem, pässwörd",
    "rsa.traditional-aes128.pem, secret",
    "rsa.traditional-aes192.pem, secret",
    "rsa.traditional-aes256.pem, secret",
    "rsa.traditional-des3.pem, secret",
    "p256.traditional-umlaut.pem, pässwörd",
  })
  void aKeyIsTheOneOfItsCertificate(String keyfile, String password) throws Exception {
    String kind = keyfile.substring(0, keyfile.indexOf('.'));

    KeyChain chain = load(PemSamples.file(kind + ".chain.pem"), PemSamples.file(keyfile), password);

    assertThat(chain.certificates()).hasSize(2);
    assertThat(chain.certificates()[0].getSubjectX500Principal()).hasToString("CN=test " + kind);
    assertThat(chain.certificates()[1].getSubjectX500Principal())
        .hasToString("CN=asyncio4j test intermediate");
    assertFits(chain.key(), chain.certificates()[0]);
  }

  @Test
  void chainAndKeyMayBeInOneFileInAnyOrder(@TempDir Path directory) throws Exception {
    String chain = PemSamples.text("rsa.chain.pem");
    Path keyLast =
        PemSamples.write(
            directory, "last.pem", chain + PemSamples.text("rsa.traditional-des3.pem"));

    assertThat(load(keyLast, keyLast, "secret").certificates()).hasSize(2);
    Path keyFirst = PemSamples.file("p256.combined.pem");
    assertThat(load(keyFirst, keyFirst, null).certificates()).hasSize(2);
  }

  @Test
  void aPasswordIsNotLookedAtWhenTheKeyIsNotEncrypted() throws Exception {
    assertThat(
            load(PemSamples.file("rsa.chain.pem"), PemSamples.file("rsa.pkcs8.pem"), "any").key())
        .isNotNull();
  }

  @Test
  void thePasswordOfTheCallerIsLeftAsItIs() throws Exception {
    char[] password = "secret".toCharArray();
    KeyChain.load(
        new ChainFiles(
            PemSamples.file("p256.chain.pem"),
            PemSamples.file("p256.pbes2-sha256-aes-256-cbc.pem"),
            password));

    assertThat(password).isEqualTo("secret".toCharArray());
  }

  @Test
  void linesMayEndWithCrLfAndTextMayStandAroundBlocks(@TempDir Path directory) throws Exception {
    for (String name : new String[] {"rsa.traditional-aes256.pem", "rsa.chain.pem"}) {
      String text = "Bag Attributes: none\n" + PemSamples.text(name) + "\n# the end";
      PemSamples.write(directory, name, text.replace("\n", "\r\n"));
    }

    KeyChain chain =
        load(
            directory.resolve("rsa.chain.pem"),
            directory.resolve("rsa.traditional-aes256.pem"),
            "secret");

    assertFits(chain.key(), chain.certificates()[0]);
  }

  @Test
  void blanksAtTheEndOfLinesAndEmptyLinesDoNotCount(@TempDir Path directory) throws Exception {
    String text = PemSamples.text("p256.sec1.pem").replace("\n", " \t\n\n").stripTrailing();
    Path keyfile = PemSamples.write(directory, "key.pem", text);

    assertThat(load(PemSamples.file("p256.chain.pem"), keyfile, null).key()).isNotNull();
  }

  @Test
  void closingAFileWipesWhatWasRead() throws Exception {
    PemBlock block;
    try (PemFile file = PemFile.read(PemSamples.file("p256.pkcs8.pem"))) {
      block = file.blocks().getFirst();
      assertThat(Der.isSequence(block.content())).isTrue();
    }

    assertThat(block.content()).containsOnly(0);
  }
}
