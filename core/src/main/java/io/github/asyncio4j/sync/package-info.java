// SPDX-License-Identifier: Apache-2.0

/// What tasks of one loop use to wait for each other: locks, events, conditions, semaphores,
/// barriers and queues.
///
/// Layer: above the root, built on nothing but what the root publishes. Only programs may call it.
///
/// Start reading at `Lock` and `Queue`. Every wait goes through a `Waiters` list: one future for
/// each waiting task, in the order in which they came.
///
/// Nothing here is thread-safe, nothing takes a time limit: wrap a call in `Asyncio.waitFor` or
/// `Asyncio.timeout` (SY-01). What need not wait neither suspends nor allocates.
package io.github.asyncio4j.sync;
