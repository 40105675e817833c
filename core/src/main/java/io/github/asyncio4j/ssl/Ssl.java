// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import javax.net.ssl.SSLContext;

/// TLS contexts made of PEM files, as by Python's module `ssl`. Any thread; each call reads files
/// and computes, so it blocks: use `toThread` where that hurts.
public final class Ssl {
  private Ssl() {}

  /// Returns the context of a client that trusts whom the JVM trusts.
  ///
  /// @throws javax.net.ssl.SSLException if the JVM cannot make one
  public static SSLContext createDefaultContext() throws IOException {
    return createDefaultContext(Purpose.SERVER_AUTH, SslContextOptions.DEFAULT);
  }

  /// Returns a context with the defaults of `ssl.create_default_context`, and options.
  ///
  /// It speaks TLS 1.2 and 1.3, with what else the JVM has by default. A client
  /// ([Purpose#SERVER_AUTH]) needs a certificate of its server that it trusts and that is for the
  /// host that its engine or socket was made for, with a `subjectAltName`, and signatures and keys
  /// of 112 bits at least: no SHA-1, no RSA below 2048 bits. A server ([Purpose#CLIENT_AUTH]) has a
  /// chain and asks for no certificate, unless the options say so.
  ///
  /// The context is an ordinary one, and initialized. Its engines are in the mode of its side
  /// already and have these settings as their `SSLParameters`, which can be changed. So an engine
  /// that is made without the name of a host cannot check it, and refuses every server, unless
  /// `setEndpointIdentificationAlgorithm("")` or `checkHostname(false)` says that it need not.
  ///
  /// No file may be longer than 8 MiB, and of a longer one no more is read. Lines may end with LF
  /// or CR LF; any text may stand before, between and behind blocks.
  ///
  /// @throws PemException if a file is not what it should be
  /// @throws java.nio.file.FileSystemException if a file is not there or may not be read
  /// @throws javax.net.ssl.SSLException if the JVM cannot make such a context
  /// @throws IllegalArgumentException if the options contradict each other: a server without a
  ///   chain, or that asks for certificates and trusts nobody; a client that checks names but no
  ///   certificates; a minimum version above the maximum one
  public static SSLContext createDefaultContext(Purpose purpose, SslContextOptions options)
      throws IOException {
    return ReloadableContext.of(purpose, options).context();
  }
}
