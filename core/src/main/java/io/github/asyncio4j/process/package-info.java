// SPDX-License-Identifier: Apache-2.0

/// Child processes with streams, used straight down in tasks.
///
/// Layer: above `stream` and the root, built on what they publish. Only the facade `Asyncio` and
/// programs may call it.
///
/// Start reading at `Process`, then `ProcessStreams`, the protocol underneath.
package io.github.asyncio4j.process;
