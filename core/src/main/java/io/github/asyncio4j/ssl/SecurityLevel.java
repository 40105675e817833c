// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.interfaces.DHKey;
import org.jspecify.annotations.Nullable;

/// What is too weak for a handshake and for a certificate on the way to an authority, beyond what
/// the JVM has switched off: OpenSSL's security level 2, 112 bits, with which Python comes.
///
/// The JVM refuses signatures with SHA-1 only below the authorities that it comes with, and RSA
/// keys below 1024 bits. Immutable.
final class SecurityLevel implements AlgorithmConstraints {
  private static final int MIN_RSA_BITS = 2048;
  private static final int MIN_EC_BITS = 224;

  private static final Pattern WEAK_SIGNATURE = Pattern.compile("(MD2|MD5|SHA-?1)WITH.*");

  @Override
  public boolean permits(
      Set<CryptoPrimitive> primitives,
      @Nullable String algorithm,
      @Nullable AlgorithmParameters parameters) {
    return algorithm == null
        || !WEAK_SIGNATURE.matcher(algorithm.toUpperCase(Locale.ROOT)).matches();
  }

  @Override
  public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
    return switch (key) {
      case RSAKey rsa -> rsa.getModulus().bitLength() >= MIN_RSA_BITS;
      case DSAKey dsa -> dsa.getParams().getP().bitLength() >= MIN_RSA_BITS;
      case DHKey dh -> dh.getParams().getP().bitLength() >= MIN_RSA_BITS;
      case ECKey ec -> ec.getParams().getOrder().bitLength() >= MIN_EC_BITS;
      default -> true;
    };
  }

  @Override
  public boolean permits(
      Set<CryptoPrimitive> primitives,
      @Nullable String algorithm,
      Key key,
      @Nullable AlgorithmParameters parameters) {
    return permits(primitives, algorithm, parameters) && permits(primitives, key);
  }
}
