// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

/// The two ends of a connection in memory; what one writes the other receives.
///
/// @param first its protocol was given first
/// @param second the other end
public record TransportPair(MemoryTransport first, MemoryTransport second) {}
