// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be wrong with a file is told with its name.
final class PemFailuresTest {
  @TempDir private Path directory;

  private static SSLContext server(Path certfile, Path keyfile, String password)
      throws IOException {
    char[] secret = password == null ? null : password.toCharArray();
    return Ssl.createDefaultContext(
        Purpose.CLIENT_AUTH, SslContextOptions.DEFAULT.loadCertChain(certfile, keyfile, secret));
  }

  /* The whole text is the name of the file and this. */
  private static void assertRefused(
      Path certfile, Path keyfile, String password, Path atFault, String what) {
    assertThatThrownBy(() -> server(certfile, keyfile, password))
        .isInstanceOf(PemException.class)
        .isInstanceOf(SSLException.class)
        .hasMessage(atFault + what)
        .hasNoCause()
        .satisfies(e -> assertThat(((PemException) e).file()).isEqualTo(atFault.toString()));
  }

  private static void assertKeyRefused(String key, String password, String what) {
    Path keyfile = PemSamples.file(key);
    assertRefused(PemSamples.file("p256.chain.pem"), keyfile, password, keyfile, what);
  }

  private void assertKeyTextRefused(String text, String what) throws IOException {
    Path keyfile = PemSamples.write(directory, "key.pem", text);
    assertRefused(PemSamples.file("p256.chain.pem"), keyfile, null, keyfile, what);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path nowhere = directory.resolve("nowhere.pem");

    assertThatThrownBy(() -> server(nowhere, nowhere, null))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(nowhere.toString());
    assertThatThrownBy(
            () ->
                Ssl.createDefaultContext(
                    Purpose.SERVER_AUTH, SslContextOptions.DEFAULT.loadVerifyLocations(nowhere)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(nowhere.toString());
  }

  @Test
  void aDirectoryInPlaceOfAFileIsNamed() {
    assertThatThrownBy(() -> server(directory, directory, null))
        .isInstanceOf(PemException.class)
        .hasMessageStartingWith(directory + ": cannot be read: ");
  }

  @Test
  void aFileWithoutACertificateIsNamed() {
    Path key = PemSamples.file("rsa.pkcs8.pem");

    assertRefused(key, key, null, key, ": there is no certificate in it");
    assertThatThrownBy(
            () ->
                Ssl.createDefaultContext(
                    Purpose.SERVER_AUTH, SslContextOptions.DEFAULT.loadVerifyLocations(key)))
        .isInstanceOf(PemException.class)
        .hasMessage(key + ": there is no certificate in it");
  }

  @Test
  void aDirectoryWithoutACertificateIsNamed() throws IOException {
    PemSamples.write(directory, "README", "none here");

    assertThatThrownBy(
            () ->
                Ssl.createDefaultContext(
                    Purpose.SERVER_AUTH, SslContextOptions.DEFAULT.loadVerifyLocations(directory)))
        .isInstanceOf(PemException.class)
        .hasMessage(directory + ": there is no certificate in any file of this directory");
  }

  @Test
  void aFileWithoutAKeyIsNamed() {
    Path chain = PemSamples.file("p256.chain.pem");

    assertRefused(chain, chain, null, chain, ": there is no private key in it");
  }

  @Test
  void aFileOfAnotherFormatHasNoCertificate() throws IOException {
    Path binary = Files.write(directory.resolve("a.p12"), new byte[] {0x30, (byte) 0x82, 0, 0, -1});
    Path empty = PemSamples.write(directory, "empty.pem", "");

    assertRefused(binary, binary, null, binary, ": there is no certificate in it");
    assertRefused(empty, empty, null, empty, ": there is no certificate in it");
  }

  @Test
  void aKeyThatDoesNotFitTheFirstCertificateIsRefused() {
    Path chain = PemSamples.file("p256.chain.pem");

    for (String kind : PemSamples.KINDS) {
      Path key = PemSamples.file(kind + ".pkcs8.pem");
      if (!kind.equals("p256")) {
        assertRefused(
            chain,
            key,
            null,
            key,
            ", line 1: the key does not fit the first certificate of " + chain);
      }
    }
  }

  @Test
  void aSecondKeyIsRefused() throws IOException {
    String key = PemSamples.text("p256.pkcs8.pem");

    assertKeyTextRefused(
        key + key, ", line 6: a second key: which of them is meant cannot be known");
  }

  @Test
  void aMissingOrWrongPasswordIsTold() {
    Path chain = PemSamples.file("rsa.chain.pem");
    Path old = PemSamples.file("rsa.traditional-aes256.pem");

    assertKeyRefused(
        "p256.pbes2-sha256-aes-256-cbc.pem",
        null,
        ", line 1: the key is encrypted, and there is no password");
    assertRefused(
        chain, old, null, old, ", line 1: the key is encrypted, and there is no password");
    // A few of them, since one of 256 leaves padding that looks right.
    for (int i = 0; i < 300; i++) {
      String what = ", line 1: the password does not open the key, or the key is damaged";
      assertRefused(chain, old, "wrong" + i, old, what);
    }
    for (String password : new String[] {"Secret", "secret ", "", "é"}) {
      assertKeyRefused(
          "p256.pbes2-sha256-aes-256-cbc.pem",
          password,
          ", line 1: the password does not open the key, or the key is damaged");
    }
  }

  @Test
  void whatIsNotSupportedIsTold() throws IOException {
    String hint = " is not supported; \"openssl pkcs8 -topk8\" makes one that is";

    assertKeyRefused(
        "p256.scrypt.pem", "secret", ", line 1: the key derivation 1.3.6.1.4.1.11591.4.11" + hint);
    assertKeyRefused(
        "p256.pbes1.pem", "secret", ", line 1: the encryption 1.2.840.113549.1.12.1.3" + hint);
    assertKeyRefused(
        "p256.explicit.pem", null, ", line 1: a key on a curve without a name is not supported");
    assertKeyRefused(
        "x25519.pkcs8.pem", null, ", line 1: a key of the kind 1.3.101.110 is not supported");
    assertKeyRefused(
        "secp256k1.sec1.pem",
        null,
        ", line 1: the JVM cannot sign with the key: it is damaged, or of a kind that it does not"
            + " know");
    assertKeyTextRefused(
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        ", line 1: a key of the kind OPENSSH PRIVATE KEY is not supported");
    Path trusted = PemSamples.file("p256.trusted.pem");
    assertRefused(
        trusted,
        trusted,
        null,
        trusted,
        ", line 1: TRUSTED CERTIFICATE is not supported; \"openssl x509\" makes a plain one of it");
  }

  @Test
  void garbageInsideABlockIsRefusedWithItsLine() throws IOException {
    String key = PemSamples.text("p256.pkcs8.pem");
    int second = key.indexOf('\n', key.indexOf('\n') + 1) + 1;

    for (var garbage :
        Map.of("what is this\n", 5, "%%\n", 1, "ab-cd\n", 3, "a:b\n", 2).entrySet()) {
      assertKeyTextRefused(
          key.substring(0, second) + garbage.getKey() + key.substring(second),
          ", line 3: column " + garbage.getValue() + " is not base64");
    }
  }

  @Test
  void base64ThatIsCutOffIsRefused() throws IOException {
    String key = PemSamples.text("p256.pkcs8.pem");
    int end = key.indexOf("\n-----END");

    assertKeyTextRefused(
        key.substring(0, end - 1) + key.substring(end),
        ", line 5: the base64 before it is cut off");
    assertKeyTextRefused(
        key.substring(0, end - 4) + key.substring(end),
        ", line 1: the key is damaged, or of a kind that the JVM does not know");
    assertKeyTextRefused(
        key.substring(0, end - 4) + "=AAA" + key.substring(end),
        ", line 5: the base64 before it has padding in a wrong place");
    assertKeyTextRefused(key.substring(0, end), ", line 1: BEGIN PRIVATE KEY has no END");
  }

  @Test
  void marksThatAreNotRightAreRefused() throws IOException {
    String key = PemSamples.text("p256.pkcs8.pem");

    assertKeyTextRefused(
        key.replace("END PRIVATE", "END RSA PRIVATE"),
        ", line 5: END RSA PRIVATE KEY, but line 1 has BEGIN PRIVATE KEY");
    assertKeyTextRefused(
        key.replace("BEGIN PRIVATE KEY-----", "BEGIN PRIVATE KEY----"),
        ", line 1: not of the form -----BEGIN LABEL-----");
    assertKeyTextRefused(
        key.replace("-----BEGIN PRIVATE KEY-----", ""), ", line 5: END without BEGIN");
    assertKeyTextRefused(
        key.substring(0, key.indexOf("-----END")) + key,
        ", line 5: BEGIN, but BEGIN PRIVATE KEY of line 1 has no END");
    assertKeyTextRefused(
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        ", line 1: BEGIN PRIVATE KEY has nothing behind it");
  }

  @Test
  void headersThatAreNotRightAreRefused() throws IOException {
    Path chain = PemSamples.file("rsa.chain.pem");
    String key = PemSamples.text("rsa.traditional-des3.pem");
    for (var wrong :
        Map.of(
                key.replace("4,ENCRYPTED", "4,MIC"),
                "1: headers, but not \"Proc-Type: 4,ENCRYPTED\"",
                key.replace("DES-EDE3-CBC", "RC2-40-CBC"),
                "1: a DEK-Info that is not one of"
                    + " [AES-128-CBC, AES-192-CBC, AES-256-CBC, DES-EDE3-CBC]",
                key.replaceAll("CBC,.*", "CBC,XYZ"),
                "1: a DEK-Info without an IV",
                key.replaceAll("CBC,.*", "CBC,0011"),
                "1: a DEK-Info whose IV has 2 bytes",
                key.replace("RSA PRIVATE", "PRIVATE"),
                "1: PRIVATE KEY cannot have headers",
                key.replace("\n\n", "\n"),
                "4: neither a header nor the empty line behind the headers")
            .entrySet()) {
      Path keyfile = PemSamples.write(directory, "key.pem", wrong.getKey());
      assertRefused(chain, keyfile, "secret", keyfile, ", line " + wrong.getValue());
    }
  }

  @Test
  void aCertificateThatIsDamagedIsRefused() throws IOException {
    String chain = PemSamples.text("p256.chain.pem");
    Path certfile = PemSamples.write(directory, "chain.pem", chain.replace("\nMIIB", "\nMIIC"));

    assertRefused(certfile, certfile, null, certfile, ", line 1: the certificate is damaged");
  }

  @Test
  void ofAFileThatIsTooLongNoMoreIsReadThanTheLimit() throws IOException {
    Path huge = directory.resolve("huge.pem");
    try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
      // A hole, not a hundred megabytes on the disk.
      file.setLength(100 << 20);
    }
    assertRefused(huge, huge, null, huge, ": is longer than 8388608 bytes");

    Path longest = directory.resolve("longest.pem");
    String text = PemSamples.text("p256.combined.pem");
    Files.writeString(longest, " ".repeat(PemFile.MAX_BYTES - text.length() - 1) + "\n" + text);
    assertThat(server(longest, longest, null)).isNotNull();
    // One that says nothing of its length and has no end.
    Path endless = Path.of("/dev/zero");
    if (Files.exists(endless)) {
      assertRefused(endless, endless, null, endless, ": is longer than 8388608 bytes");
    }
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    SslContextOptions client = SslContextOptions.DEFAULT;

    assertThatThrownBy(() -> Ssl.createDefaultContext(Purpose.CLIENT_AUTH, client))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a server needs loadCertChain: " + client);
    for (VerifyMode mode : new VerifyMode[] {VerifyMode.CERT_OPTIONAL, VerifyMode.CERT_REQUIRED}) {
      SslContextOptions asks = PemSamples.chain("rsa").verifyMode(mode);
      assertThatThrownBy(() -> Ssl.createDefaultContext(Purpose.CLIENT_AUTH, asks))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("verifyMode " + mode + " of a server needs loadVerifyLocations: " + asks);
    }
    SslContextOptions trustsAll = client.verifyMode(VerifyMode.CERT_NONE);
    assertThatThrownBy(() -> Ssl.createDefaultContext(Purpose.SERVER_AUTH, trustsAll))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("verifyMode CERT_NONE of a client needs checkHostname(false): " + trustsAll);
    SslContextOptions none =
        client.minimumVersion(TlsVersion.TLSV1_3).maximumVersion(TlsVersion.TLSV1_2);
    assertThatThrownBy(() -> Ssl.createDefaultContext(Purpose.SERVER_AUTH, none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("minimumVersion > maximumVersion: " + none);
  }
}
