// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The options of a context are values.
final class SslContextOptionsTest {
  private static final char[] PASSWORD = "a secret".toCharArray();

  private static final List<UnaryOperator<SslContextOptions>> CHANGES =
      List.of(
          options -> options.loadCertChain(Path.of("chain"), Path.of("key"), PASSWORD),
          options -> options.loadCertChain(Path.of("both")),
          options -> options.loadVerifyLocations(Path.of("ca")),
          SslContextOptions::loadDefaultCerts,
          options -> options.verifyMode(VerifyMode.CERT_OPTIONAL),
          options -> options.checkHostname(false),
          options -> options.minimumVersion(TlsVersion.TLSV1_3),
          options -> options.maximumVersion(TlsVersion.TLSV1_2));

  @Test
  void eachChangeIsACopyThatKeepsTheOthers() {
    SslContextOptions all = SslContextOptions.DEFAULT;
    SslContextOptions again = SslContextOptions.DEFAULT;
    for (var change : CHANGES) {
      SslContextOptions changed = change.apply(all);
      assertThat(changed).isNotEqualTo(all);
      all = changed;
      again = change.apply(again);
    }

    assertThat(all).isEqualTo(again).hasSameHashCodeAs(again);
    assertThat(all)
        .hasToString(
            "SslContextOptions{loadCertChain=[chain + key with a password, both],"
                + " loadVerifyLocations=[ca], loadDefaultCerts=true, verifyMode=CERT_OPTIONAL,"
                + " checkHostname=false, minimumVersion=TLSV1_3, maximumVersion=TLSV1_2}");
    assertThat(SslContextOptions.DEFAULT)
        .hasToString(
            "SslContextOptions{loadCertChain=[], loadVerifyLocations=[], loadDefaultCerts=false,"
                + " verifyMode=null, checkHostname=true, minimumVersion=TLSV1_2,"
                + " maximumVersion=TLSV1_3}");
  }

  @Test
  void nullIsRefusedByName() {
    assertThatThrownBy(() -> SslContextOptions.DEFAULT.loadCertChain(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("certfile");
    assertThatThrownBy(() -> SslContextOptions.DEFAULT.loadVerifyLocations(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("fileOrDirectory");
    assertThatThrownBy(() -> Ssl.createDefaultContext(null, SslContextOptions.DEFAULT))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("purpose");
  }
}
