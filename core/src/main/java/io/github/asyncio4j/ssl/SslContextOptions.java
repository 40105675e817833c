// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a context is to be beyond [Ssl#createDefaultContext]'s defaults: the methods and attributes
/// that an `ssl.SSLContext` has in asyncio's world for it. Immutable; each method returns a changed
/// copy, and none reads a file: that is done when a context is made.
public final class SslContextOptions {
  /// Everything at its default.
  public static final SslContextOptions DEFAULT = new SslContextOptions();

  // Written before the object is returned to anybody, never after.
  private List<ChainFiles> chains = List.of();
  private List<Path> verifyLocations = List.of();
  private boolean defaultCerts;
  private @Nullable VerifyMode verifyMode;
  private boolean checkHostname = true;
  private TlsVersion minimumVersion = TlsVersion.TLSV1_2;
  private TlsVersion maximumVersion = TlsVersion.TLSV1_3;

  private SslContextOptions() {}

  private SslContextOptions(SslContextOptions other) {
    this.chains = other.chains;
    this.verifyLocations = other.verifyLocations;
    this.defaultCerts = other.defaultCerts;
    this.verifyMode = other.verifyMode;
    this.checkHostname = other.checkHostname;
    this.minimumVersion = other.minimumVersion;
    this.maximumVersion = other.maximumVersion;
  }

  /// Returns a copy that also shows the chain of certificates in a file, whose key is in the same
  /// file and not encrypted.
  public SslContextOptions loadCertChain(Path certfile) {
    return loadCertChain(certfile, certfile, null);
  }

  /// Returns a copy that also shows the chain of certificates in a file, whose key is in another
  /// one and not encrypted.
  public SslContextOptions loadCertChain(Path certfile, Path keyfile) {
    return loadCertChain(certfile, keyfile, null);
  }

  /// Returns a copy that also shows the chain of certificates in a file.
  ///
  /// The first certificate is the one that the key fits, the others are those between it and an
  /// authority, each followed by its issuer's. A server with several chains shows the one with the
  /// name (`subjectAltName`) that the client asks for by SNI, and the first one to clients that ask
  /// for none or for an unknown one; of chains for the same name it shows the one whose kind of key
  /// the client prefers. A client shows the first one of a kind of key and, if it can be, of an
  /// authority that the server asks for.
  ///
  /// @param certfile what the chain is in; texts and other blocks there are passed over
  /// @param keyfile what the key is in, the same file or another one: PKCS#8, also encrypted with
  ///   PBES2; or PKCS#1 (RSA) or SEC1 (EC with a named curve), also encrypted by OpenSSL
  /// @param password opens the key, in UTF-8 where bytes are needed; null if there is none, and not
  ///   looked at if the key is not encrypted. The array stays the caller's: it is not copied here,
  ///   and read whenever a context is made or reloaded. When that is done, wipe it. Whatever is
  ///   copied of it then is wiped before the call returns, as far as the JDK lets us.
  public SslContextOptions loadCertChain(Path certfile, Path keyfile, char @Nullable [] password) {
    var copy = new SslContextOptions(this);
    copy.chains = with(chains, new ChainFiles(certfile, keyfile, password));
    return copy;
  }

  List<ChainFiles> chains() {
    return chains;
  }

  /// Returns a copy that also trusts the certificates in a file, or in the files of a directory, in
  /// place of those that the JVM trusts. In a directory, files that have no certificate in them are
  /// passed over, and so are directories; hashed names are not needed.
  public SslContextOptions loadVerifyLocations(Path fileOrDirectory) {
    var copy = new SslContextOptions(this);
    copy.verifyLocations =
        with(verifyLocations, Objects.requireNonNull(fileOrDirectory, "fileOrDirectory"));
    return copy;
  }

  List<Path> verifyLocations() {
    return verifyLocations;
  }

  /// Returns a copy that trusts the certificates that the JVM trusts, beside those of
  /// [#loadVerifyLocations].
  public SslContextOptions loadDefaultCerts() {
    var copy = new SslContextOptions(this);
    copy.defaultCerts = true;
    return copy;
  }

  boolean defaultCerts() {
    return defaultCerts;
  }

  /// Returns whether the other side has to show a certificate; null for what is usual on the side
  /// of the context: [VerifyMode#CERT_REQUIRED] for clients, [VerifyMode#CERT_NONE] for servers.
  public @Nullable VerifyMode verifyMode() {
    return verifyMode;
  }

  /// Returns a copy with another mode; null for the usual one. A server that asks for certificates
  /// needs [#loadVerifyLocations] or [#loadDefaultCerts], a client that asks for none
  /// `checkHostname(false)`.
  public SslContextOptions verifyMode(@Nullable VerifyMode verifyMode) {
    var copy = new SslContextOptions(this);
    copy.verifyMode = verifyMode;
    return copy;
  }

  /// Tells whether a client checks that the certificate is for the host that it connects to.
  public boolean checkHostname() {
    return checkHostname;
  }

  /// Returns a copy whose clients check the name of the host, or do not. Servers never do.
  public SslContextOptions checkHostname(boolean checkHostname) {
    var copy = new SslContextOptions(this);
    copy.checkHostname = checkHostname;
    return copy;
  }

  /// Returns the oldest version that may be spoken; TLS 1.2 by default.
  public TlsVersion minimumVersion() {
    return minimumVersion;
  }

  /// Returns a copy with another oldest version.
  public SslContextOptions minimumVersion(TlsVersion minimumVersion) {
    var copy = new SslContextOptions(this);
    copy.minimumVersion = Objects.requireNonNull(minimumVersion, "minimumVersion");
    return copy;
  }

  /// Returns the newest version that may be spoken; TLS 1.3 by default.
  public TlsVersion maximumVersion() {
    return maximumVersion;
  }

  /// Returns a copy with another newest version.
  public SslContextOptions maximumVersion(TlsVersion maximumVersion) {
    var copy = new SslContextOptions(this);
    copy.maximumVersion = Objects.requireNonNull(maximumVersion, "maximumVersion");
    return copy;
  }

  private static <T> List<T> with(List<T> list, T added) {
    List<T> longer = new ArrayList<>(list);
    longer.add(added);
    return List.copyOf(longer);
  }

  private List<@Nullable Object> values() {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(chains);
    values.add(verifyLocations);
    values.add(defaultCerts);
    values.add(verifyMode);
    values.add(checkHostname);
    values.add(minimumVersion);
    values.add(maximumVersion);
    return values;
  }

  /// Passwords are equal if they are the same array.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SslContextOptions options && values().equals(options.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  /// Returns everything but passwords.
  @Override
  public String toString() {
    return "SslContextOptions{loadCertChain="
        + chains
        + ", loadVerifyLocations="
        + verifyLocations
        + ", loadDefaultCerts="
        + defaultCerts
        + ", verifyMode="
        + verifyMode
        + ", checkHostname="
        + checkHostname
        + ", minimumVersion="
        + minimumVersion
        + ", maximumVersion="
        + maximumVersion
        + "}";
  }
}
