// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import java.util.function.Function;

/// Something of which each loop has one, made when it is first asked for: a pool, a cache. It lives
/// as long as its loop.
///
/// What a [ThreadLocal] is to threads, for whoever builds a layer on loops (see [Lowlevel]). Best
/// kept in a static final field, as a loop holds what it has once made.
public final class LoopLocal<T> {
  private final Function<? super EventLoop, ? extends T> initial;

  /// Makes one.
  ///
  /// @param initial makes the thing for a loop, on the thread that asks first
  public LoopLocal(Function<? super EventLoop, ? extends T> initial) {
    this.initial = Objects.requireNonNull(initial, "initial");
  }

  /// Returns that of a loop. Loop thread only.
  @SuppressWarnings("unchecked") // nobody else stores under this key
  public T get(EventLoop loop) {
    BaseEventLoop base = BaseEventLoop.require(loop);
    base.checkThread();
    var locals = base.locals;
    Object found = locals.get(this);
    if (found == null) {
      found = Objects.requireNonNull(initial.apply(loop));
      locals.put(this, found);
    }
    return (T) found;
  }
}
