// SPDX-License-Identifier: Apache-2.0

/// TLS: where engines come from, how a connection under TLS fails, and contexts made of PEM files,
/// in one line each.
///
/// Layer: the lowest; the root and everything above it use it. What it makes is an ordinary
/// `javax.net.ssl.SSLContext`, of use to any code that takes one.
///
/// Start reading at `SslEngineFactory`; for contexts at `Ssl`, then `SslContextOptions`. Below them
/// `PemFile` and `PemParser` read files, `PrivateKeys` and `Decryption` make keys of them,
/// `KeyChain` is a key with its certificates, and `KeyChains` chooses among several.
///
/// ```
/// var files = SslContextOptions.DEFAULT.loadCertChain(Path.of("chain.pem"), Path.of("key.pem"));
/// SSLContext server = Ssl.createDefaultContext(Purpose.CLIENT_AUTH, files);
///
/// SSLContext web = Ssl.createDefaultContext(); // a client that trusts whom the JVM trusts
///
/// SSLContext inHouse = Ssl.createDefaultContext(Purpose.SERVER_AUTH,
///     SslContextOptions.DEFAULT.loadVerifyLocations(Path.of("ca.pem")));
///
/// ReloadableContext renewed = ReloadableContext.of(Purpose.CLIENT_AUTH, files);
/// renewed.reload(); // the files have been replaced; renewed.context() is the same as before
/// ```
package io.github.asyncio4j.ssl;
