// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// A flag of `getnameinfo` (EL-110, getnameinfo(3)).
public enum NameInfoFlag {
  /// The host is given as a literal and never looked up.
  NI_NUMERICHOST,

  /// The service is given as a number.
  NI_NUMERICSERV,

  /// A host without a name is an error, and not given as a literal.
  NI_NAMEREQD,

  /// The service is one of datagrams: a few ports have another name there.
  NI_DGRAM
}
