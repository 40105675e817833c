// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

/// Whether the other side has to show a certificate, as `ssl.VerifyMode`.
public enum VerifyMode {
  /// Servers do not ask for one. Clients take whatever they are shown: anybody can pose as the
  /// server.
  CERT_NONE,
  /// Servers ask for one and go on without; one that is shown has to be good. For clients the same
  /// as [#CERT_REQUIRED].
  CERT_OPTIONAL,
  /// No connection without a good certificate.
  CERT_REQUIRED
}
