// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Decrypts keys, in the two ways in which they are encrypted in PEM. A password stays the
/// caller's; what is made of it is wiped. Neither way has a check of its own: what comes out may be
/// noise.
///
/// The JDK's `EncryptedPrivateKeyInfo` would do for PBES2, but knows neither AES-192 nor triple DES
/// there.
final class Decryption {
  /* More would take seconds, or with a damaged file an hour. Custom is 2048 to a million. */
  private static final int MAX_ITERATIONS = 10_000_000;

  private static final String PBES2 = "1.2.840.113549.1.5.13";
  private static final String PBKDF2 = "1.2.840.113549.1.5.12";
  private static final String HMAC_SHA1 = "1.2.840.113549.2.7";

  private static final Map<String, String> HMACS =
      Map.of(
          HMAC_SHA1,
          "SHA1",
          "1.2.840.113549.2.8",
          "SHA224",
          "1.2.840.113549.2.9",
          "SHA256",
          "1.2.840.113549.2.10",
          "SHA384",
          "1.2.840.113549.2.11",
          "SHA512");

  private static final Map<String, BlockCipher> BY_OID =
      Map.of(
          "2.16.840.1.101.3.4.1.2", new BlockCipher("AES", 16, 16),
          "2.16.840.1.101.3.4.1.22", new BlockCipher("AES", 24, 16),
          "2.16.840.1.101.3.4.1.42", new BlockCipher("AES", 32, 16),
          "1.2.840.113549.3.7", new BlockCipher("DESede", 24, 8));

  private static final Map<String, BlockCipher> BY_NAME =
      Map.of(
          "AES-128-CBC", new BlockCipher("AES", 16, 16),
          "AES-192-CBC", new BlockCipher("AES", 24, 16),
          "AES-256-CBC", new BlockCipher("AES", 32, 16),
          "DES-EDE3-CBC", new BlockCipher("DESede", 24, 8));

  private Decryption() {}

  /* A cipher in CBC mode, sizes in bytes. */
  private record BlockCipher(String name, int keySize, int blockSize) {
    byte[] decrypt(byte[] key, byte[] iv, byte[] data) throws GeneralSecurityException {
      var cipher = Cipher.getInstance(name + "/CBC/PKCS5Padding");
      cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, name), new IvParameterSpec(iv));
      return cipher.doFinal(data);
    }
  }

  /// Decrypts an `ENCRYPTED PRIVATE KEY`: PKCS#8 with PBES2, that is PBKDF2 and AES or triple DES.
  static byte[] pkcs8(PemBlock block, char @Nullable [] password)
      throws PemException, GeneralSecurityException {
    Der info = Der.ofSequence(block.content());
    Der scheme = info.enter(Der.SEQUENCE);
    byte[] data = info.content(Der.OCTET_STRING);
    info.end();
    supported(block, "encryption", scheme.oid(), PBES2);
    Der parameters = scheme.enter(Der.SEQUENCE);
    Der derivation = parameters.enter(Der.SEQUENCE);
    Der encryption = parameters.enter(Der.SEQUENCE);
    supported(block, "key derivation", derivation.oid(), PBKDF2);
    Der pbkdf2 = derivation.enter(Der.SEQUENCE);
    byte[] salt = pbkdf2.content(Der.OCTET_STRING);
    int iterations = pbkdf2.number();
    if (pbkdf2.isAt(Der.INTEGER)) {
      // The size of the key, which the cipher says as well.
      pbkdf2.number();
    }
    String hmac = pbkdf2.isAt(Der.SEQUENCE) ? pbkdf2.enter(Der.SEQUENCE).oid() : HMAC_SHA1;
    String cipherOid = encryption.oid();
    byte[] iv = encryption.content(Der.OCTET_STRING);
    BlockCipher cipher = BY_OID.get(cipherOid);
    if (cipher == null) {
      throw block.failure("the cipher " + cipherOid + " of the key is not supported");
    }
    String hash = HMACS.get(hmac);
    if (hash == null) {
      throw block.failure("the key derivation with " + hmac + " is not supported");
    }
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw block.failure("iterations not in 1.." + MAX_ITERATIONS + ": " + iterations);
    }
    if (salt.length == 0 || iv.length != cipher.blockSize()) {
      throw new InvalidKeySpecException("salt or IV");
    }
    var spec = new PBEKeySpec(given(block, password), salt, iterations, 8 * cipher.keySize());
    byte[] key = null;
    try {
      SecretKey derived =
          SecretKeyFactory.getInstance("PBKDF2WithHmac" + hash).generateSecret(spec);
      key = derived.getEncoded();
      return cipher.decrypt(key, iv, data);
    } finally {
      spec.clearPassword();
      wipe(key);
    }
  }

  private static void supported(PemBlock block, String what, String oid, String known)
      throws PemException {
    if (!oid.equals(known)) {
      throw block.failure(
          "the "
              + what
              + " "
              + oid
              + " is not supported; \"openssl pkcs8 -topk8\" makes one that is");
    }
  }

  /// Decrypts what OpenSSL has always encrypted by itself: the headers say how.
  static byte[] traditional(PemBlock block, char @Nullable [] password)
      throws PemException, GeneralSecurityException {
    Map<String, String> headers = block.headers();
    if (!"4,ENCRYPTED".equals(headers.get("Proc-Type"))) {
      throw block.failure("headers, but not \"Proc-Type: 4,ENCRYPTED\"");
    }
    String[] info = headers.getOrDefault("DEK-Info", "").split(",", -1);
    BlockCipher cipher = BY_NAME.get(info[0]);
    if (cipher == null || info.length != 2) {
      throw block.failure(
          "a DEK-Info that is not one of " + BY_NAME.keySet().stream().sorted().toList());
    }
    byte[] iv;
    try {
      iv = HexFormat.of().parseHex(info[1]);
    } catch (IllegalArgumentException e) {
      throw block.failure("a DEK-Info without an IV");
    }
    if (iv.length != cipher.blockSize()) {
      throw block.failure("a DEK-Info whose IV has " + iv.length + " bytes");
    }
    byte[] key = keyOf(given(block, password), iv, cipher.keySize());
    try {
      return cipher.decrypt(key, iv, block.content());
    } finally {
      wipe(key);
    }
  }

  /* OpenSSL's EVP_BytesToKey: MD5, once, with eight bytes of the IV as salt. */
  private static byte[] keyOf(char[] password, byte[] iv, int size)
      throws GeneralSecurityException {
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    byte[] secret = new byte[3 * password.length];
    ByteBuffer encoded = ByteBuffer.wrap(secret);
    UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(password), encoded, true);
    byte[] key = new byte[size];
    byte[] hash = new byte[0];
    try {
      for (int length = 0; length < size; ) {
        md5.update(hash);
        md5.update(secret, 0, encoded.position());
        md5.update(iv, 0, 8);
        wipe(hash);
        hash = md5.digest();
        int count = Math.min(hash.length, size - length);
        System.arraycopy(hash, 0, key, length, count);
        length += count;
      }
      return key;
    } finally {
      wipe(hash);
      wipe(secret);
    }
  }

  private static char[] given(PemBlock block, char @Nullable [] password) throws PemException {
    if (password == null) {
      throw block.failure("the key is encrypted, and there is no password");
    }
    return password;
  }

  static void wipe(byte @Nullable [] secret) {
    if (secret != null) {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
