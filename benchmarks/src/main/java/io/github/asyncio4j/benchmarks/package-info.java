// SPDX-License-Identifier: Apache-2.0

/// Measurements of the loop with JMH, and the Java peers of the echo benchmark.
///
/// Start them with `benchmarks/micro` and `benchmarks/echo`; docs/performance.md says how.
package io.github.asyncio4j.benchmarks;
