// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/// A context whose chains and keys can be read anew while it is used, for example when a server's
/// certificate has been renewed. Any thread; what reads files blocks.
///
/// Handshakes that begin after [#reload()] show the new chains. Connections that are there go on,
/// and sessions that are resumed keep the certificate with which they began. What is trusted is not
/// read again.
public final class ReloadableContext {
  private final SslContextOptions options;
  private final KeyChains keys = new KeyChains();
  private final SSLContext context;
  // One reload after the other, or the older files could win.
  private final ReentrantLock reloading = new ReentrantLock();

  private ReloadableContext(Purpose purpose, SslContextOptions options) throws IOException {
    this.options = options;
    keys.replace(load(options));
    try {
      SSLContext base = SSLContext.getInstance("TLS");
      base.init(new KeyManager[] {keys}, trust(purpose, options), null);
      this.context = ConfiguredContext.over(base, new EngineSettings(purpose, options));
    } catch (GeneralSecurityException e) {
      throw new SSLException("cannot make a context with " + options, e);
    }
  }

  /// Makes a context as [Ssl#createDefaultContext(Purpose, SslContextOptions)] does, with the same
  /// exceptions.
  ///
  /// Passwords in the options are read again by [#reload()]: do not wipe them before the last one.
  public static ReloadableContext of(Purpose purpose, SslContextOptions options)
      throws IOException {
    check(Objects.requireNonNull(purpose, "purpose"), options);
    return new ReloadableContext(purpose, options);
  }

  private static void check(Purpose purpose, SslContextOptions options) {
    boolean server = purpose == Purpose.CLIENT_AUTH;
    VerifyMode mode = options.verifyMode();
    if (server && options.chains().isEmpty()) {
      throw new IllegalArgumentException("a server needs loadCertChain: " + options);
    }
    if (server
        && mode != null
        && mode != VerifyMode.CERT_NONE
        && options.verifyLocations().isEmpty()
        && !options.defaultCerts()) {
      throw new IllegalArgumentException(
          "verifyMode " + mode + " of a server needs loadVerifyLocations: " + options);
    }
    if (!server && mode == VerifyMode.CERT_NONE && options.checkHostname()) {
      throw new IllegalArgumentException(
          "verifyMode CERT_NONE of a client needs checkHostname(false): " + options);
    }
    if (options.minimumVersion().compareTo(options.maximumVersion()) > 0) {
      throw new IllegalArgumentException("minimumVersion > maximumVersion: " + options);
    }
  }

  private static List<KeyChain> load(SslContextOptions options) throws IOException {
    List<KeyChain> chains = new ArrayList<>();
    for (ChainFiles files : options.chains()) {
      chains.add(KeyChain.load(files));
    }
    return chains;
  }

  private static TrustManager[] trust(Purpose purpose, SslContextOptions options)
      throws IOException, GeneralSecurityException {
    List<Path> locations = options.verifyLocations();
    if (purpose == Purpose.SERVER_AUTH && options.verifyMode() == VerifyMode.CERT_NONE) {
      return TrustedCertificates.everybody();
    }
    if (purpose == Purpose.CLIENT_AUTH && locations.isEmpty() && !options.defaultCerts()) {
      // Nobody. Null would be whom the JVM trusts.
      return new TrustManager[0];
    }
    return TrustedCertificates.load(locations, options.defaultCerts());
  }

  /// Returns the context, always the same one.
  public SSLContext context() {
    return context;
  }

  /// Reads all chains and keys again and puts them in place of those that are there. If that fails
  /// for one of them, all stay as they are.
  ///
  /// Whoever renews certificates should put the new files in place by renaming, and call this when
  /// both are there: a key that does not fit yet is an exception.
  ///
  /// @throws PemException if a file is not what it should be
  /// @throws IOException if a file cannot be read
  public void reload() throws IOException {
    reloading.lock();
    try {
      keys.replace(load(options));
    } finally {
      reloading.unlock();
    }
  }
}
