// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes certificates of every quality (RFC 5280), most of all bad ones, of which no tool makes
/// all. One thread.
public final class CertificateForge {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final byte[] SHA256_WITH_RSA = oid(1, 2, 840, 113549, 1, 1, 11);
  private static final byte[] SHA1_WITH_RSA = oid(1, 2, 840, 113549, 1, 1, 5);
  private static final byte[] SHA256_WITH_ECDSA = oid(1, 2, 840, 10045, 4, 3, 2);

  /// Purposes of a key (RFC 5280, 4.2.1.12).
  public static final byte[] SERVER_AUTH = oid(1, 3, 6, 1, 5, 5, 7, 3, 1);

  public static final byte[] CLIENT_AUTH = oid(1, 3, 6, 1, 5, 5, 7, 3, 2);

  private static long serials = System.nanoTime();

  /// A certificate and its key.
  public record Holder(X509Certificate certificate, PrivateKey key) {
    /// Writes the certificate into a file.
    public Path write(Path file) throws IOException, GeneralSecurityException {
      var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
      return Files.writeString(
          file,
          "-----BEGIN CERTIFICATE-----\n"
              + base64.encodeToString(certificate.getEncoded())
              + "\n-----END CERTIFICATE-----\n",
          US_ASCII);
    }
  }

  private final String name;
  private KeyPair keys = newKeys("EC", 256);
  private Instant from = Instant.now().minusSeconds(3600);
  private Instant to = Instant.now().plusSeconds(86_400);
  private final List<byte[]> names = new ArrayList<>();
  private byte @Nullable [] purpose = SERVER_AUTH;
  private boolean authority;
  private boolean sha1;

  private CertificateForge(String name) {
    this.name = name;
  }

  /// Begins a certificate that is in order, but for its names.
  ///
  /// @param name the common name of its subject
  public static CertificateForge named(String name) {
    return new CertificateForge(name);
  }

  public static KeyPair newKeys(String algorithm, int bits) {
    try {
      var generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public CertificateForge keys(KeyPair keys) {
    this.keys = keys;
    return this;
  }

  public CertificateForge valid(Instant from, Instant to) {
    this.from = from;
    this.to = to;
    return this;
  }

  public CertificateForge dns(String host) {
    names.add(tagged(0x82, host.getBytes(US_ASCII)));
    return this;
  }

  public CertificateForge ip(String literal) {
    names.add(tagged(0x87, InetAddress.ofLiteral(literal).getAddress()));
    return this;
  }

  public CertificateForge purpose(byte[] oid) {
    purpose = oid;
    return this;
  }

  public CertificateForge authority() {
    authority = true;
    purpose = null;
    return this;
  }

  public CertificateForge signedWithSha1() {
    sha1 = true;
    return this;
  }

  /// Has it signed by itself.
  public Holder signed() throws GeneralSecurityException {
    return signedBy(null);
  }

  /// Has it signed by an authority, or by itself.
  public Holder signedBy(@Nullable Holder issuer) throws GeneralSecurityException {
    String issuerName = issuer == null ? name : commonName(issuer.certificate());
    PrivateKey signer = issuer == null ? keys.getPrivate() : issuer.key();
    byte[] algorithm = algorithm(signer, sha1);
    byte[] body =
        sequence(
            tagged(0xa0, integer(BigInteger.TWO)),
            integer(BigInteger.valueOf(++serials)),
            algorithm,
            nameOf(issuerName),
            sequence(time(from), time(to)),
            nameOf(name),
            keys.getPublic().getEncoded(),
            tagged(0xa3, extensions()));
    byte[] whole = sequence(body, algorithm, signature(signer, sha1, body));
    var certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(whole));
    return new Holder(certificate, keys.getPrivate());
  }

  /// Returns a list of what an authority has revoked.
  public static X509CRL revoked(Holder issuer, X509Certificate... certificates)
      throws GeneralSecurityException {
    byte[] algorithm = algorithm(issuer.key(), false);
    Instant now = Instant.now().minusSeconds(60);
    var entries = new ArrayList<byte[]>();
    for (var certificate : certificates) {
      entries.add(sequence(integer(certificate.getSerialNumber()), time(now)));
    }
    byte[] body =
        sequence(
            algorithm,
            nameOf(commonName(issuer.certificate())),
            time(now),
            time(now.plusSeconds(86_400)),
            sequence(entries.toArray(byte[][]::new)));
    byte[] whole = sequence(body, algorithm, signature(issuer.key(), false, body));
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(whole));
  }

  private static String commonName(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName().substring("CN=".length());
  }

  private byte[] extensions() {
    var all = new ArrayList<byte[]>();
    if (authority) {
      all.add(extension(oid(2, 5, 29, 19), sequence(tagged(1, new byte[] {-1}))));
    }
    if (!names.isEmpty()) {
      all.add(extension(oid(2, 5, 29, 17), sequence(names.toArray(byte[][]::new))));
    }
    byte[] only = purpose;
    if (only != null) {
      all.add(extension(oid(2, 5, 29, 37), sequence(only)));
    }
    return sequence(all.toArray(byte[][]::new));
  }

  private static byte[] extension(byte[] oid, byte[] value) {
    return sequence(oid, tagged(4, value));
  }

  private static byte[] algorithm(PrivateKey signer, boolean sha1) {
    if (signer.getAlgorithm().equals("EC")) {
      return sequence(SHA256_WITH_ECDSA);
    }
    return sequence(sha1 ? SHA1_WITH_RSA : SHA256_WITH_RSA, tagged(5));
  }

  private static byte[] signature(PrivateKey signer, boolean sha1, byte[] body)
      throws GeneralSecurityException {
    boolean ec = signer.getAlgorithm().equals("EC");
    var signature =
        Signature.getInstance((sha1 ? "SHA1" : "SHA256") + (ec ? "withECDSA" : "withRSA"));
    signature.initSign(signer);
    signature.update(body);
    return tagged(3, new byte[1], signature.sign());
  }

  private static byte[] nameOf(String commonName) {
    byte[] text = tagged(0x0c, commonName.getBytes(UTF_8));
    return sequence(tagged(0x31, sequence(oid(2, 5, 4, 3), text)));
  }

  // DER.

  private static byte[] tagged(int tag, byte[]... contents) {
    var content = new ByteArrayOutputStream();
    for (byte[] part : contents) {
      content.writeBytes(part);
    }
    var all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.size();
    if (length >= 0x100) {
      all.write(0x82);
      all.write(length >> 8);
    } else if (length >= 0x80) {
      all.write(0x81);
    }
    all.write(length);
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }

  private static byte[] sequence(byte[]... parts) {
    return tagged(0x30, parts);
  }

  private static byte[] integer(BigInteger value) {
    return tagged(2, value.toByteArray());
  }

  private static byte[] time(Instant instant) {
    return tagged(0x18, TIME.format(instant).getBytes(US_ASCII));
  }

  private static byte[] oid(int... arcs) {
    var content = new ByteArrayOutputStream();
    content.write(40 * arcs[0] + arcs[1]);
    for (int i = 2; i < arcs.length; i++) {
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arcs[i] >> shift != 0) {
          content.write(((arcs[i] >> shift) & 0x7f) | 0x80);
        }
      }
      content.write(arcs[i] & 0x7f);
    }
    return tagged(6, content.toByteArray());
  }
}
