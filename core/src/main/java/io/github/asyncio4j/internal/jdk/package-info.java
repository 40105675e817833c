// SPDX-License-Identifier: Apache-2.0

/// What the library takes from the JDK in a way of its own: virtual threads with a scheduler, the
/// signals of the process, calls that an interrupt ends, which thread is the main one, how to wait
/// for memory, and the one logger.
///
/// Layer: the lowest; any package of the library may call it. It knows no loop, task or socket.
package io.github.asyncio4j.internal.jdk;
