// SPDX-License-Identifier: Apache-2.0

/// What a loop has of the operating system besides the network: child processes.
///
/// Layer: above `internal.net`, from which it has the transports of pipes, below `loop`, which
/// alone may call it. Everything here runs on the loop thread.
///
/// Start reading at `Subprocesses`, then `ChildTransport`. A `Child` is the process itself, of
/// which there are two kinds: `NativeChild`, started by posix_spawn(3) and watched by its pidfd,
/// and `JdkChild`, which a `ProcessBuilder` has started.
package io.github.asyncio4j.internal.os;
