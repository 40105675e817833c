// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Watches what says itself when it is ready, beside a [Selector] or in its place: the same
/// registrations, level-triggered, told in the order in which they became ready. One thread.
public final class SelfPolling {
  private final Map<Readiness, Watched> registrations = new HashMap<>();
  private final UnaryOperator<Runnable> owner;

  // Those that are ready, linked, as a change is told once and must not be lost for want of memory.
  private @Nullable Watched first;
  private @Nullable Watched last;
  private int size;

  /// Makes one that is for what changes in its own thread only.
  public SelfPolling() {
    this(UnaryOperator.identity());
  }

  /// Makes one that watches nothing.
  ///
  /// @param owner returns what has the thread of this object do something, soon or, when it is
  ///   called by that one, at once; called by any thread, and best without allocating anything
  public SelfPolling(UnaryOperator<Runnable> owner) {
    this.owner = Objects.requireNonNull(owner, "owner");
  }

  /// Starts to watch.
  ///
  /// @param pollable one with a [Pollable#readiness()]
  /// @param interest a subset of [Selector#READ] and [Selector#WRITE]
  /// @throws IllegalStateException when it is registered already
  public Registration register(Pollable pollable, int interest, ReadyListener listener) {
    Readiness readiness = Objects.requireNonNull(pollable.readiness(), "readiness");
    if (registrations.containsKey(readiness)) {
      throw new IllegalStateException("already registered: " + pollable);
    }
    var watched = new Watched(pollable, readiness, listener);
    registrations.put(readiness, watched);
    try {
      watched.interest(interest);
    } catch (Throwable t) {
      watched.cancel();
      throw t;
    }
    return watched;
  }

  /// Returns the live registration, or null.
  public @Nullable Registration registration(Pollable pollable) {
    Readiness readiness = pollable.readiness();
    return readiness == null ? null : registrations.get(readiness);
  }

  /// Tells whether a poll would report anything.
  public boolean anyReady() {
    return first != null;
  }

  /// Calls the listener of each registration that is ready, once.
  public void poll() {
    var ready = new Watched[size];
    int count = 0;
    for (Watched watched = first; watched != null; watched = watched.next) {
      ready[count++] = watched;
    }
    for (Watched watched : ready) {
      int ops = watched.readyOps();
      if (ops != 0) {
        watched.listener.ready(ops);
      } else {
        // Not told that it had changed.
        watched.unlink();
      }
    }
  }

  private final class Watched implements Registration {
    private final Pollable pollable;
    private final Readiness readiness;
    private final ReadyListener listener;
    private final Runnable changed;
    private int interest;
    private boolean linked;
    private @Nullable Watched previous;
    private @Nullable Watched next;

    Watched(Pollable pollable, Readiness readiness, ReadyListener listener) {
      this.pollable = pollable;
      this.readiness = readiness;
      this.listener = listener;
      this.changed = readiness.changesInAnyThread() ? owner.apply(this::changed) : this::changed;
    }

    @Override
    public Pollable pollable() {
      return pollable;
    }

    @Override
    public int interest() {
      return interest;
    }

    @Override
    public void interest(int ops) {
      if ((ops & ~(Selector.READ | Selector.WRITE | Selector.BROKEN)) != 0) {
        throw new IllegalArgumentException("interest has unknown bits: " + ops);
      }
      if (!isValid()) {
        throw new IllegalStateException("not valid any more: " + pollable);
      }
      interest = ops;
      readiness.watched(ops, changed);
      changed();
    }

    private void changed() {
      if (readyOps() != 0) {
        link();
      } else {
        unlink();
      }
    }

    private void link() {
      if (linked) {
        return;
      }
      linked = true;
      previous = last;
      if (last == null) {
        first = this;
      } else {
        last.next = this;
      }
      last = this;
      size++;
    }

    private void unlink() {
      if (!linked) {
        return;
      }
      linked = false;
      if (previous == null) {
        first = next;
      } else {
        previous.next = next;
      }
      if (next == null) {
        last = previous;
      } else {
        next.previous = previous;
      }
      previous = null;
      next = null;
      size--;
    }

    private int readyOps() {
      return isValid() && interest != 0 ? readiness.ready() & interest : 0;
    }

    @Override
    public boolean isValid() {
      return registrations.get(readiness) == this;
    }

    @Override
    public void cancel() {
      if (registrations.remove(readiness, this)) {
        unlink();
        readiness.watched(0, null);
      }
    }
  }
}
