// SPDX-License-Identifier: Apache-2.0

/// Async generators and the JDK's [java.util.concurrent.Flow], in both directions (Reactive
/// Streams).
///
/// Layer: above the root, built on nothing but what the root publishes. Only programs may call it.
///
/// Start reading at `Publishers`.
package io.github.asyncio4j.flow;
