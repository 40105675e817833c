// SPDX-License-Identifier: Apache-2.0

/// The event loops: the kernel of the root joined to a selector and to the transports.
///
/// Layer: above everything but the facade `Asyncio`. It is the one place that sees all of the lower
/// layers. Nothing in this module may depend on it; the root reaches it through a service provider.
///
/// Start reading at `SelectorEventLoop`.
package io.github.asyncio4j.loop;
