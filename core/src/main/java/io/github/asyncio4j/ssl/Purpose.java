// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

/// Whom a context is to authenticate, as `ssl.Purpose`: so the side on which it is used.
public enum Purpose {
  /// To authenticate servers: the context of a client.
  SERVER_AUTH,
  /// To authenticate clients, if they are asked: the context of a server.
  CLIENT_AUTH
}
