// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// What each engine and each socket of a context begins with. Immutable.
final class EngineSettings {
  private static final SecurityLevel LEVEL = new SecurityLevel();

  private final boolean client;
  private final VerifyMode mode;
  private final boolean checkHostname;
  private final Set<String> protocols;

  EngineSettings(Purpose purpose, SslContextOptions options) {
    this.client = purpose == Purpose.SERVER_AUTH;
    VerifyMode given = options.verifyMode();
    VerifyMode usual = client ? VerifyMode.CERT_REQUIRED : VerifyMode.CERT_NONE;
    this.mode = given == null ? usual : given;
    this.checkHostname = client && options.checkHostname();
    this.protocols =
        EnumSet.range(options.minimumVersion(), options.maximumVersion()).stream()
            .map(TlsVersion::protocol)
            .collect(Collectors.toUnmodifiableSet());
  }

  /// Changes the parameters of this side, and returns them.
  SSLParameters apply(SSLParameters parameters) {
    // What the JVM's own settings have switched off stays so.
    parameters.setProtocols(
        Arrays.stream(parameters.getProtocols())
            .filter(protocols::contains)
            .toArray(String[]::new));
    if (client) {
      parameters.setAlgorithmConstraints(LEVEL);
      parameters.setEndpointIdentificationAlgorithm(checkHostname ? "HTTPS" : "");
    } else if (mode == VerifyMode.CERT_REQUIRED) {
      parameters.setNeedClientAuth(true);
    } else if (mode == VerifyMode.CERT_OPTIONAL) {
      parameters.setWantClientAuth(true);
    }
    return parameters;
  }

  SSLEngine apply(SSLEngine engine) {
    // The mode first: it exchanges the protocols that are on by default.
    engine.setUseClientMode(client);
    engine.setSSLParameters(apply(engine.getSSLParameters()));
    return engine;
  }

  SSLSocket apply(SSLSocket socket) {
    socket.setUseClientMode(client);
    socket.setSSLParameters(apply(socket.getSSLParameters()));
    return socket;
  }

  SSLServerSocket apply(SSLServerSocket socket) {
    socket.setUseClientMode(client);
    socket.setSSLParameters(apply(socket.getSSLParameters()));
    return socket;
  }
}
