// SPDX-License-Identifier: Apache-2.0

/// Which handles are ready, by when, and how to wake the thread that waits for them.
///
/// Layer: above `internal.ffi`, below `socket` and the root. It knows no loop, no task and no
/// protocol. `socket` and what stands above it may call it.
///
/// Start reading at `Selector`, then at the two implementations, over epoll and over JDK NIO.
package io.github.asyncio4j.selector;
