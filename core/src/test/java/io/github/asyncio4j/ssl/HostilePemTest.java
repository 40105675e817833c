// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are damaged by chance are read, or refused as documented, and tell nothing of a key.
final class HostilePemTest {
  private static final long COUNT = Long.getLong("io.github.asyncio4j.seeds", 150);
  private static final Long SINGLE = Long.getLong("io.github.asyncio4j.seed");
  /* Of base64: twelve bytes of a key. */
  private static final int TOLD = 16;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rsa.pkcs8.pem",
        "rsa.pkcs1.pem",
        "p256.sec1.pem",
        "p384.pkcs8.pem",
        "ed25519.pkcs8.pem",
        "p256.pbes2-sha512-aes-256-cbc.pem",
        "rsa.traditional-aes128.pem",
        "p256.combined.pem",
        "rsa.chain.pem",
        "p384.chain.pem",
      })
  void aDamagedFileIsReadOrRefusedAsDocumented(String name) throws Exception {
    byte[] text = Files.readAllBytes(PemSamples.file(name));
    long first = SINGLE == null ? 0 : SINGLE;
    long end = SINGLE == null ? COUNT : SINGLE + 1;
    for (long seed = first; seed < end; seed++) {
      try {
        play(name, text, new Random(seed));
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            name + ", replay with -Dio.github.asyncio4j.seed=" + seed + ": " + e, e);
      }
    }
  }

  private void play(String name, byte[] text, Random random) throws IOException {
    boolean inside = random.nextBoolean();
    byte[] damaged = inside ? damagedInside(text, random) : damaged(text, random);
    Path file = Files.write(directory.resolve(name), damaged);
    String kind = name.substring(0, name.indexOf('.'));
    Path chain = name.contains("chain") ? file : PemSamples.file(kind + ".chain.pem");
    Path key = name.contains("chain") ? PemSamples.file(kind + ".pkcs8.pem") : file;
    try {
      KeyChain.load(new ChainFiles(chain, key, "secret".toCharArray()));
    } catch (PemException e) {
      // A certificate that is another one by now is told as a key that does not fit it.
      assertThat(e.getMessage()).startsWith(e.file()).contains(file.toString());
      assertThat(e.file()).isIn(chain.toString(), key.toString());
      assertTellsNothing(e, new String(damaged, ISO_8859_1));
    }
    try (PemFile found = PemFile.read(file)) {
      Certificates.required(found);
    } catch (PemException e) {
      assertThat(e.getMessage()).startsWith(file.toString());
    }
  }

  /* Bytes of the text: exchanged, left out, twice. */
  private static byte[] damaged(byte[] text, Random random) {
    byte[] changed = text.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(changed.length);
      int length = Math.min(1 + random.nextInt(70), changed.length - at);
      switch (random.nextInt(4)) {
        case 0 -> changed[at] = (byte) random.nextInt(256);
        case 1 -> changed[at] = changed[random.nextInt(changed.length)];
        case 2 -> changed = joined(changed, at, at + length, changed.length);
        default -> changed = joined(changed, at + length, at, changed.length);
      }
    }
    return changed;
  }

  /* What is before the first place and from the second one on. */
  private static byte[] joined(byte[] bytes, int upTo, int from, int end) {
    byte[] result = Arrays.copyOf(bytes, Math.max(1, upTo + end - from));
    System.arraycopy(bytes, from, result, upTo, end - from);
    return result;
  }

  /* Bytes of what is behind the base64 of the first block, which stays well-formed. */
  private static byte[] damagedInside(byte[] bytes, Random random) {
    String text = new String(bytes, ISO_8859_1);
    int begin = text.indexOf("\n", text.indexOf("-----BEGIN")) + 1;
    int headers = text.indexOf("\n\n", begin);
    begin = headers < 0 ? begin : headers + 2;
    int end = text.indexOf("-----END", begin);
    byte[] content = Base64.getMimeDecoder().decode(text.substring(begin, end));
    for (int i = random.nextInt(4); i >= 0; i--) {
      // Most of the structure is at the front.
      int at = random.nextInt(random.nextBoolean() ? Math.min(64, content.length) : content.length);
      content[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : content[at] + 1);
    }
    if (random.nextInt(8) == 0) {
      content = Arrays.copyOf(content, Math.max(1, random.nextInt(2 * content.length)));
    }
    String changed = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return (text.substring(0, begin) + changed + "\n" + text.substring(end)).getBytes(ISO_8859_1);
  }

  private static void assertTellsNothing(PemException failure, String text) {
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    String told = trace.toString();
    for (String line : text.lines().toList()) {
      if (line.startsWith("-----") || line.contains(":")) {
        continue;
      }
      for (int at = 0; at + TOLD <= line.length(); at += TOLD) {
        assertThat(told).doesNotContain(line.substring(at, at + TOLD));
      }
    }
  }
}
