// SPDX-License-Identifier: Apache-2.0

/// What tasks of one loop use to wait for each other: locks, events, conditions, semaphores,
/// barriers and queues.
///
/// ```java
/// var jobs = new Queue<Integer>(10); // whoever puts the eleventh waits
/// var twoAtOnce = new Semaphore(2);
/// Asyncio.taskGroup(group -> {
///   group.createTask(() -> {
///     for (int job : jobs) { // until the queue is shut down and empty
///       group.createTask(() -> {
///         try (var _ = twoAtOnce.hold()) {
///           Asyncio.sleep(Duration.ofMillis(1));
///           IO.println("done: " + job);
///         }
///       });
///     }
///   });
///   for (int job = 1; job <= 3; job++) {
///     jobs.put(job);
///   }
///   jobs.shutdown();
/// });
/// ```
///
/// They are fair, and lose nothing when a waiter is cancelled. Every method that waits can also be
/// given a [java.time.Duration], and then throws [java.util.concurrent.TimeoutException]; what need
/// not wait returns at once, whatever the duration. They are for tasks of one loop and not
/// thread-safe: between threads use the JDK's. Start reading at [Lock] and [Queue].
package io.github.asyncio4j.sync;
