// SPDX-License-Identifier: Apache-2.0

/// TLS: contexts made of PEM files, in one line each, where engines come from, and how a connection
/// under TLS fails.
///
/// ```java
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
///
/// What is made is an ordinary [javax.net.ssl.SSLContext], of use to any code that takes one, such
/// as `ServerOptions.DEFAULT.ssl(server)`. Start reading at [Ssl], then [SslContextOptions].
/// Engines of other providers come from an [SslEngineFactory].
package io.github.asyncio4j.ssl;
