// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Is told what a loop does, for tests and tools. The thread that holds the loop.
public interface LoopObserver {}
