// SPDX-License-Identifier: Apache-2.0

/// Ends of pipes: what `connectReadPipe` and `connectWritePipe` take. FIFOs, pairs, standard
/// streams, terminals, and streams of the JDK behind a thread.
///
/// Layer: beside `socket`, on which it stands, below the root. It never waits: a call does what can
/// be done now and says so when that is nothing. The root and what stands above it may call it.
///
/// Start reading at `ReadPipe`.
package io.github.asyncio4j.pipe;
