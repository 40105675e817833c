// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Watches what says itself when it is ready, beside a [Selector] or in its place: the same
/// registrations, level-triggered, told in the order in which they became ready. One thread.
public final class SelfPolling {
  private final Map<Readiness, Watched> registrations = new HashMap<>();
  private final LinkedHashSet<Watched> ready = new LinkedHashSet<>();
  private final Executor owner;

  /// Makes one that is for what changes in its own thread only.
  public SelfPolling() {
    this(Runnable::run);
  }

  /// Makes one that watches nothing.
  ///
  /// @param owner has the thread of this object do something, soon or, when it is called by that
  ///   one, at once; called by any thread
  public SelfPolling(Executor owner) {
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
    watched.interest(interest);
    return watched;
  }

  /// Returns the live registration, or null.
  public @Nullable Registration registration(Pollable pollable) {
    Readiness readiness = pollable.readiness();
    return readiness == null ? null : registrations.get(readiness);
  }

  /// Tells whether a poll would report anything.
  public boolean anyReady() {
    return !ready.isEmpty();
  }

  /// Calls the listener of each registration that is ready, once.
  public void poll() {
    for (Watched watched : ready.toArray(Watched[]::new)) {
      int ops = watched.readyOps();
      if (ops != 0) {
        watched.listener.ready(ops);
      } else {
        // Not told that it had changed.
        ready.remove(watched);
      }
    }
  }

  private final class Watched implements Registration {
    private final Pollable pollable;
    private final Readiness readiness;
    private final ReadyListener listener;
    private int interest;

    Watched(Pollable pollable, Readiness readiness, ReadyListener listener) {
      this.pollable = pollable;
      this.readiness = readiness;
      this.listener = listener;
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
      readiness.watched(
          ops, readiness.changesInAnyThread() ? () -> owner.execute(this::changed) : this::changed);
      changed();
    }

    private void changed() {
      if (readyOps() != 0) {
        ready.add(this);
      } else {
        ready.remove(this);
      }
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
        ready.remove(this);
        readiness.watched(0, null);
      }
    }
  }
}
