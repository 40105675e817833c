// SPDX-License-Identifier: Apache-2.0

/// TLS: where engines come from, and how a connection under TLS fails.
///
/// Layer: the lowest. It depends on nothing of ours; the root and everything above it use it.
///
/// Start reading at `SslEngineFactory`.
package io.github.asyncio4j.ssl;
