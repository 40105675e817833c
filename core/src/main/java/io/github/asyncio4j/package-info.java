// SPDX-License-Identifier: Apache-2.0

/// The event loop and what runs on it: tasks, futures, time limits, groups of tasks, connections
/// and servers. The names are those of Python's `asyncio`.
///
/// A program is a body that [Asyncio#run(TaskBody)] runs on a loop. Inside it, calls that have to
/// wait suspend the task that makes them; meanwhile the loop runs other tasks, one at a time. What
/// tasks share therefore needs no lock between two such calls.
///
/// ```java
/// Asyncio.run(() -> {
///   Task<String> greeting = Asyncio.createTask(() -> Asyncio.sleep(Duration.ofMillis(10), "hello"));
///   IO.println("doing something else");
///   IO.println(greeting.await());
///
///   try {
///     String page = Asyncio.timeout(Duration.ofSeconds(5), () ->
///         Asyncio.taskGroup(group -> {
///           Task<String> user = group.createTask(() -> Asyncio.sleep(Duration.ofMillis(1), "user"));
///           Task<String> cart = group.createTask(() -> Asyncio.sleep(Duration.ofMillis(1), "cart"));
///           return user.await() + " and " + cart.await();
///         }));
///     IO.println(page);
///   } catch (TimeoutException e) {
///     IO.println("too slow");
///   }
/// });
/// ```
///
/// A server, whose clients each get a task of their own:
///
/// ```java
/// Asyncio.run(() -> {
///   try (Server server = Asyncio.startServer(
///       (reader, writer) -> {
///         try (writer) {
///           writer.write(reader.readline());
///         }
///       },
///       "127.0.0.1", 0)) {
///     IO.println(server.port() > 0);
///     // server.serveForever();
///   }
/// });
/// ```
///
/// Start reading at [Asyncio], which has the functions, then [EventLoop], [Task] and [TaskGroup].
/// Contexts that follow a request are [ContextVar]s; sequences that suspend are [AsyncGenerator]s.
/// Streams are in `io.github.asyncio4j.stream`, locks and queues in `io.github.asyncio4j.sync`.
package io.github.asyncio4j;
