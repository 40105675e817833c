// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A key and the certificates that vouch for it, the key's own one first. Immutable.
final class KeyChain {
  private static final int DNS_NAME = 2;

  /* What is signed to see whether key and certificate belong together. It proves nothing else. */
  private static final byte[] SAMPLE = new byte[32];

  private final PrivateKey key;
  private final List<X509Certificate> chain;
  private final Set<String> names;

  private KeyChain(PrivateKey key, List<X509Certificate> chain, Set<String> names) {
    this.key = key;
    this.chain = chain;
    this.names = names;
  }

  /// Reads a chain and its key. Blocks.
  static KeyChain load(ChainFiles files) throws IOException {
    List<X509Certificate> chain;
    try (PemFile certificates = PemFile.read(files.certfile())) {
      chain = Certificates.required(certificates);
      if (files.keyfile().equals(files.certfile())) {
        return load(files, chain, certificates);
      }
    }
    try (PemFile keys = PemFile.read(files.keyfile())) {
      return load(files, chain, keys);
    }
  }

  private static KeyChain load(ChainFiles files, List<X509Certificate> chain, PemFile keys)
      throws PemException {
    PemBlock block = null;
    for (PemBlock candidate : keys.blocks()) {
      if (candidate.isPrivateKey()) {
        if (block != null) {
          throw candidate.failure("a second key: which of them is meant cannot be known");
        }
        block = candidate;
      }
    }
    if (block == null) {
      throw new PemException(keys.path(), "there is no private key in it");
    }
    PrivateKey key = PrivateKeys.read(block, files.password());
    if (!fits(key, signed(block, key), chain.getFirst().getPublicKey())) {
      throw block.failure("the key does not fit the first certificate of " + files.certfile());
    }
    return new KeyChain(key, List.copyOf(chain), namesOf(files.certfile(), chain.getFirst()));
  }

  private static byte[] signed(PemBlock block, PrivateKey key) throws PemException {
    try {
      Signature signature = signatureOf(key);
      signature.initSign(key);
      signature.update(SAMPLE);
      return signature.sign();
    } catch (GeneralSecurityException | RuntimeException e) {
      // Numbers that are no key, which providers say with either; no cause, as in PrivateKeys.
      throw block.failure(
          "the JVM cannot sign with the key: it is damaged, or of a kind that it does not know");
    }
  }

  private static boolean fits(PrivateKey key, byte[] signed, PublicKey publicKey) {
    try {
      Signature signature = signatureOf(key);
      signature.initVerify(publicKey);
      signature.update(SAMPLE);
      return signature.verify(signed);
    } catch (GeneralSecurityException | RuntimeException e) {
      // A key of another kind.
      return false;
    }
  }

  private static Signature signatureOf(PrivateKey key) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatureFor(key.getAlgorithm()));
    AlgorithmParameterSpec parameters = parametersFor(key);
    if (parameters != null) {
      signature.setParameter(parameters);
    }
    return signature;
  }

  private static String signatureFor(String algorithm) {
    return switch (algorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> algorithm;
    };
  }

  private static @Nullable AlgorithmParameterSpec parametersFor(PrivateKey key) {
    if (!key.getAlgorithm().equals("RSASSA-PSS")) {
      return null;
    }
    AlgorithmParameterSpec own = ((RSAKey) key).getParams();
    return own != null
        ? own
        : new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
  }

  /* The DNS names that it is for. The subject counts no longer, in Python neither. */
  private static Set<String> namesOf(Path certfile, X509Certificate certificate)
      throws PemException {
    Set<String> names = new HashSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.get(0) instanceof Integer kind && kind == DNS_NAME) {
            names.add(((String) alternative.get(1)).toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException e) {
      throw new PemException(certfile, "the certificate is damaged", e);
    }
    return Set.copyOf(names);
  }

  PrivateKey key() {
    return key;
  }

  /// Returns a new array, which the caller may change.
  X509Certificate[] certificates() {
    return chain.toArray(X509Certificate[]::new);
  }

  /// Tells whether it is of one of the kinds that JSSE names, such as `RSA` and `EC`.
  boolean isOfType(String keyType) {
    return chain.getFirst().getPublicKey().getAlgorithm().equals(keyType);
  }

  /// Tells whether one of some authorities vouches for it; any does if none are named.
  boolean isIssuedBy(Principal @Nullable [] issuers) {
    if (issuers == null || issuers.length == 0) {
      return true;
    }
    List<Principal> wanted = List.of(issuers);
    return chain.stream().anyMatch(one -> wanted.contains(one.getIssuerX500Principal()));
  }

  /// Tells whether it is for a host by exactly this name, in small letters.
  boolean isNamed(String host) {
    return names.contains(host);
  }

  /// Tells whether it is for a host by a name with a star in place of the first label.
  boolean isNamedByWildcard(String host) {
    int dot = host.indexOf('.');
    return dot > 0 && names.contains("*" + host.substring(dot));
  }

  /// Tells whether both are for some name.
  boolean sharesNameWith(KeyChain other) {
    return !Collections.disjoint(names, other.names);
  }
}
