// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;

/// What a connecting call returns: the transport and the protocol that it reports to.
///
/// @param transport the live transport; close it when done
/// @param protocol the protocol that the factory made
public record Connection<T extends BaseTransport, P extends BaseProtocol>(
    T transport, P protocol) {}
