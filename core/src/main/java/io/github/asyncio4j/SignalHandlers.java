// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.internal.jdk.SignalNames;
import io.github.asyncio4j.internal.jdk.SignalOwner;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The signals that a loop handles (EL-113, EL-114). Loop thread only, save where it says
/// otherwise.
final class SignalHandlers {
  private final BaseEventLoop loop;
  // By the name without SIG.
  private final Map<String, Watched> watched = new HashMap<>();

  // Whether Ctrl-C has cancelled the main task of the last run.
  boolean interrupted;

  SignalHandlers(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// As [LoopSignals#addSignalHandler(String, Runnable)].
  void add(String signal, Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    String name = SignalNames.nameOf(signal);
    SignalOwner.ensureMayBeCaught(name);
    loop.ensureOpen();
    loop.checkThread();
    Handle handle = loop.traced(new SignalHandle(name, callback, loop.snapshot()));
    Watched existing = watched.get(name);
    if (existing != null) {
      existing.handle = handle;
      return;
    }
    var added = new Watched(loop, handle);
    if (loop.hasSignalsOfProcess() && !SignalOwner.of(name).add(added)) {
      BaseEventLoop.LOGGER.log(
          WARNING,
          "SIG"
              + name
              + " will not come: the process was started ignoring it, and the JVM leaves it so: "
              + handle);
    }
    watched.put(name, added);
  }

  /// As [LoopSignals#removeSignalHandler(String)].
  boolean remove(String signal) {
    String name = SignalNames.nameOf(signal);
    Watched removed = watched.remove(name);
    if (removed == null) {
      return false;
    }
    release(name, removed);
    return true;
  }

  private void release(String name, Watched removed) {
    // One that was posted finds nothing to run.
    removed.handle = null;
    if (loop.hasSignalsOfProcess()) {
      SignalOwner.of(name).giveBack(removed);
    }
  }

  /// As [Lowlevel#signalArrived(String)].
  boolean arrived(String signal) {
    Watched receiver = watched.get(SignalNames.nameOf(signal));
    return receiver != null && receiver.receive();
  }

  /// Drops every callback. The loop is closed.
  void close() {
    watched.forEach(this::release);
    watched.clear();
  }

  /// One signal of the loop.
  private static final class Watched implements SignalOwner.Receiver {
    private final BaseEventLoop loop;
    // Any thread: whether a delivery is on its way to the loop.
    private final AtomicBoolean posted = new AtomicBoolean();
    // Loop thread. The same one for each signal, so what the callback sets in its context is there
    // the next time. Null once it is removed.
    private @Nullable Handle handle;

    Watched(BaseEventLoop loop, Handle handle) {
      this.loop = loop;
      this.handle = handle;
    }

    // Any thread.
    @Override
    public boolean receive() {
      if (!posted.compareAndSet(false, true)) {
        return true;
      }
      boolean told = false;
      try {
        told = loop.tryPost(new Delivery(this));
      } finally {
        if (!told) {
          posted.set(false);
        }
      }
      return told;
    }

    @Override
    public String toString() {
      return loop.toString();
    }
  }

  /// The callback of a signal, which texts name.
  private static final class SignalHandle extends Handle {
    private final String name;

    SignalHandle(String name, Runnable callback, Object scope) {
      super(callback, scope);
      this.name = name;
    }

    @Override
    String describeCallback() {
      return super.describeCallback() + " for SIG" + name;
    }
  }

  /// A signal on its way to the loop.
  private static final class Delivery extends PostedHandle {
    private final Watched watched;

    Delivery(Watched watched) {
      super(Handle::doNothing, ContextMap.EMPTY);
      this.watched = watched;
    }

    @Override
    void run(BaseEventLoop loop) {
      // Before the callback: a signal that comes from now on is told once more.
      watched.posted.set(false);
      Handle handle = watched.handle;
      if (handle != null) {
        handle.run(loop);
      }
    }

    @Override
    public String toString() {
      return String.valueOf(watched.handle);
    }
  }
}
