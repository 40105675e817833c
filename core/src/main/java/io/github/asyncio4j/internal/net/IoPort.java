// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.IoWatch;
import java.io.IOException;

/// One descriptor in an [IoBackend]. What it moves its kinds say. Loop thread only.
interface IoPort {
  /// Who has the descriptor; its text names it in the error of `addReader`.
  interface Owner extends IoWatch.Owner {
    /// Called in each iteration in which there is input, its end or a failure of it, while that is
    /// asked for.
    void onInput();

    /// Called in each iteration in which there is room for output, or a failure of it, while that
    /// is asked for.
    void onRoom();
  }

  /// Starts or stops calling for input. Stopping also drops a call that is queued already.
  ///
  /// @throws IOException when the system refuses
  void receiving(boolean on) throws IOException;

  /// Starts or stops calling for room; as [#receiving(boolean)].
  void sending(boolean on) throws IOException;

  /// Tells whether room is asked for.
  boolean isSending();

  /// Has the owner called in a context from now on, in that object and not in a copy; while nothing
  /// is asked for.
  void runIn(Context context);

  /// Queues the call for room, which is asked for, as if there were some. It allocates nothing: for
  /// what must be done when there is no memory for a callback of its own.
  void callForRoom();

  /// Ends all calls; the descriptor stays open. Idempotent.
  void close();
}
