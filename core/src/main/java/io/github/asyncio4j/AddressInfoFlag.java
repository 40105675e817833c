// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// A flag of `getaddrinfo` (EL-110, getaddrinfo(3)).
public enum AddressInfoFlag {
  /// The addresses are to be bound: no host means all interfaces, and not this machine.
  AI_PASSIVE,

  /// The first answer has the canonical name of the host, [AddressInfo#canonname()]. The system
  /// tells it where native access is granted; the JDK does not.
  AI_CANONNAME,

  /// The host is a literal; a name is refused and never looked up.
  AI_NUMERICHOST,

  /// The service is a number; a name is refused.
  AI_NUMERICSERV,

  /// A name has only addresses of a family of which this machine has an address, loopback left out.
  AI_ADDRCONFIG,

  /// Where INET6 is asked for and there is only INET, the answer is IPv4-mapped.
  AI_V4MAPPED
}
