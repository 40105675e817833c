// SPDX-License-Identifier: Apache-2.0

/// Async generators as publishers of the JDK's [java.util.concurrent.Flow] (Reactive Streams), and
/// publishers as async generators, with back-pressure in both directions.
///
/// ```java
/// try (var publisher = new SubmissionPublisher<String>();
///     var words = Publishers.toGenerator(publisher, 16)) {
///   Asyncio.createTask(() -> { // begins when the loop below waits for its first value
///     publisher.submit("one");
///     publisher.submit("two");
///     publisher.close();
///   });
///   for (String word : words) {
///     IO.println(word);
///   }
/// }
/// ```
///
/// The other way round, `Publishers.ofGenerators(loop, generators)` makes a generator for each
/// subscriber. Start reading at [Publishers].
package io.github.asyncio4j.flow;
