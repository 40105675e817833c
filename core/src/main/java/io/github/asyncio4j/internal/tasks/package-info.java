// SPDX-License-Identifier: Apache-2.0

/// What `asyncio` has for tasks beside its classes: waiting for several, time limits, shields,
/// races, threads.
///
/// Above the root and on nothing but what it publishes ([io.github.asyncio4j.Lowlevel] where a
/// program would need none of it), below the facade, which names these functions, and below the
/// layers that call them.
package io.github.asyncio4j.internal.tasks;
