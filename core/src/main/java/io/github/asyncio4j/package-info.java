// SPDX-License-Identifier: Apache-2.0

/// The event loop and what runs on it: futures, tasks, handles, contexts, and the scheduling
/// kernel.
///
/// Layer: above `transport`, `selector` and `socket`, below `internal.net`, `loop` and `stream`. It
/// finds its default loop through [java.util.ServiceLoader], so it names no class of a layer above.
/// The one exception is the facade `Asyncio`, which is a layer of its own on top of everything:
/// nothing in the library may call it.
///
/// The kernel and the two engines are package-private. Start reading at `EventLoop` for the
/// interface, then at `Kernel.runOnce` for one iteration.
package io.github.asyncio4j;
