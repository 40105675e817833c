// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

/// The versions of TLS that may be spoken, as `ssl.TLSVersion`; what is older is broken.
public enum TlsVersion {
  /// TLS 1.2.
  TLSV1_2("TLSv1.2"),
  /// TLS 1.3.
  TLSV1_3("TLSv1.3");

  private final String protocol;

  TlsVersion(String protocol) {
    this.protocol = protocol;
  }

  /// Returns the name that the JDK has for it, for example `TLSv1.3`.
  public String protocol() {
    return protocol;
  }
}
