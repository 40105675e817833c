// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A callback of a future by way of which another future, or a task, waits for it (TC-14): call
/// graphs show who it is.
///
/// For builders of combinators (see [Lowlevel]). What is given to [Future#addDoneCallback] may be
/// one too, which costs nothing until a call graph is asked for. As somebody waits by way of it, it
/// is [Lowlevel.Repeatable].
public interface Awaiter extends Lowlevel.Repeatable {
  /// Returns who waits, or null once it waits no more. Loop thread only.
  @Nullable Future<?> awaiter();
}
