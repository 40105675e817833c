// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes private keys of the blocks in which they come. The JDK reads PKCS#8; the older formats are
/// put into it.
final class PrivateKeys {
  private static final Map<String, String> ALGORITHMS =
      Map.of(
          "1.2.840.113549.1.1.1", "RSA",
          "1.2.840.113549.1.1.10", "RSASSA-PSS",
          "1.2.840.10045.2.1", "EC",
          "1.3.101.112", "Ed25519",
          "1.3.101.113", "Ed448");

  private static final byte[] VERSION = {Der.INTEGER, 1, 0};
  /* rsaEncryption, and NULL for its parameters. */
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
  /* id-ecPublicKey, whose parameters are the curve. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
  private static final int EC_PARAMETERS = 0xa0;

  private static final String DAMAGED =
      "the key is damaged, or of a kind that the JVM does not know";
  private static final String CLOSED = "the password does not open the key, or the key is damaged";

  private PrivateKeys() {}

  /// Returns the key of a block. The password stays the caller's, and is not looked at when the key
  /// is not encrypted.
  static PrivateKey read(PemBlock block, char @Nullable [] password) throws PemException {
    byte[] opened = opened(block, password);
    byte[] pkcs8 = null;
    try {
      pkcs8 =
          switch (block.label()) {
            case "RSA PRIVATE KEY" -> wrapped(RSA, new byte[0], opened);
            case "EC PRIVATE KEY" -> wrapped(EC, curve(block, opened), opened);
            default -> opened;
          };
      return KeyFactory.getInstance(algorithm(block, pkcs8))
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | RuntimeException e) {
      // Both, since providers say with either that they cannot read a key; and none as a cause,
      // since what they say may be from inside the key.
      throw block.failure(DAMAGED);
    } finally {
      Decryption.wipe(pkcs8);
      Decryption.wipe(opened);
    }
  }

  /* What is returned is the caller's to wipe. */
  private static byte[] opened(PemBlock block, char @Nullable [] password) throws PemException {
    String label = block.label();
    boolean older = label.equals("RSA PRIVATE KEY") || label.equals("EC PRIVATE KEY");
    boolean encrypted = label.equals("ENCRYPTED PRIVATE KEY");
    if (!older && !encrypted && !label.equals("PRIVATE KEY")) {
      throw block.failure("a key of the kind " + label + " is not supported");
    }
    if (!older && !block.headers().isEmpty()) {
      throw block.failure(label + " cannot have headers");
    }
    if (block.headers().isEmpty() && !encrypted) {
      return block.content().clone();
    }
    if (encrypted && !Der.isSequence(block.content())) {
      throw block.failure(DAMAGED);
    }
    byte[] content;
    try {
      content =
          encrypted ? Decryption.pkcs8(block, password) : Decryption.traditional(block, password);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw block.failure(CLOSED);
    }
    // One wrong password of 256 leaves padding that looks right.
    if (!Der.isSequence(content)) {
      Decryption.wipe(content);
      throw block.failure(CLOSED);
    }
    return content;
  }

  private static String algorithm(PemBlock block, byte[] pkcs8)
      throws PemException, InvalidKeySpecException {
    Der info = Der.ofSequence(pkcs8);
    info.number();
    String oid = info.enter(Der.SEQUENCE).oid();
    String algorithm = ALGORITHMS.get(oid);
    if (algorithm == null) {
      throw block.failure("a key of the kind " + oid + " is not supported");
    }
    return algorithm;
  }

  private static byte[] wrapped(byte[] algorithm, byte[] parameters, byte[] key) {
    byte[] octets = Der.element(Der.OCTET_STRING, key);
    try {
      return Der.element(
          Der.SEQUENCE, VERSION, Der.element(Der.SEQUENCE, algorithm, parameters), octets);
    } finally {
      Decryption.wipe(octets);
    }
  }

  /* SEC1: a version, the number, the curve, the public key. */
  private static byte[] curve(PemBlock block, byte[] sec1)
      throws PemException, InvalidKeySpecException {
    Der key = Der.ofSequence(sec1);
    key.number();
    key.enter(Der.OCTET_STRING);
    if (!key.isAt(EC_PARAMETERS)) {
      throw block.failure("a key that does not name its curve is not supported");
    }
    Der parameters = key.enter(EC_PARAMETERS);
    if (!parameters.isAt(Der.OID)) {
      throw block.failure("a key on a curve without a name is not supported");
    }
    byte[] curve = parameters.content(Der.OID);
    parameters.end();
    return Der.element(Der.OID, curve);
  }
}
