// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import org.jspecify.annotations.Nullable;

/// A child that has just been started, and our ends of its pipes, which are the caller's.
///
/// @param stdin null when it is no pipe; so are the others
/// @param pty what it runs in; its reader and its writer are `stdout` and `stdin`
record ChildProcess(
    Child child,
    @Nullable WritePipe stdin,
    @Nullable ReadPipe stdout,
    @Nullable ReadPipe stderr,
    @Nullable PseudoTerminal pty) {}
