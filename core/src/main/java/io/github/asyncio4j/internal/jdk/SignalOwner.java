// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The one owner of a signal in this process: whoever wants it gets it from here, and the handler
/// that was there before is back when nobody does. Any thread.
///
/// At most one receiver at a time has a signal.
public final class SignalOwner {
  /*
   * Who is in force when is settled under the lock of the owner, which the threads of the signal
   * take too. There is a second handler of ours, the probe: it stands in while we look which handler
   * was there before. A signal that it gets is sent again as soon as the right handler is in its
   * place.
   *
   * Our own handler may be called when nobody has the signal: by a thread that the signal has
   * started a moment ago, or by a user's handler that was set meanwhile and calls the one before it.
   * Then it stands for the JVM's.
   */

  private static final Map<String, SignalOwner> OWNERS = new ConcurrentHashMap<>();

  // Null where the JDK does not let us at signals, as are the two handlers then.
  private final @Nullable ProcessSignal signal;
  private final @Nullable Object handler;
  private final @Nullable Object probe;

  // Guarded by this object's lock.
  private @Nullable Receiver receiver;
  private @Nullable Object handlerOfJvm;

  private SignalOwner(String name) {
    signal = ProcessSignal.of(name);
    handler = signal == null ? null : signal.newHandler(this::received);
    probe = signal == null ? null : signal.newHandler(this::sendAgain);
  }

  /// Returns the owner of a signal.
  ///
  /// @param name without `SIG`, such as `INT`
  /// @throws IllegalArgumentException when the system has no signal of this name
  public static SignalOwner of(String name) {
    return OWNERS.computeIfAbsent(name, SignalOwner::new);
  }

  /// Gives a receiver the signal if it is to be had: its handler is that of the JVM, and nobody
  /// else has it.
  ///
  /// @return why it is not to be had, or null
  public synchronized @Nullable String take(Receiver wanting) {
    if (signal == null || handler == null || probe == null) {
      return "the module jdk.unsupported is missing";
    }
    if (receiver != null) {
      return "it is taken by " + receiver;
    }
    Object before;
    try {
      before = signal.set(probe);
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    if (signal.isOfJvm(before)) {
      handlerOfJvm = before;
    } else if (before != handler) {
      signal.set(before);
      return "there is another handler: " + before;
    }
    signal.set(handler);
    receiver = wanting;
    return null;
  }

  /// Takes the signal back from a receiver; no effect if it has it no more.
  public synchronized void giveBack(Receiver having) {
    if (receiver != having || signal == null || probe == null) {
      return;
    }
    receiver = null;
    Object before = signal.set(probe);
    // A handler that was set meanwhile stays.
    signal.set(before == handler ? Objects.requireNonNull(handlerOfJvm) : before);
  }

  // A thread of the signal.
  private void received() {
    Object next;
    synchronized (this) {
      if (receiver != null && receiver.receive()) {
        return;
      }
      next = handlerOfJvm;
    }
    // Without the lock: it ends in System.exit, which waits for shutdown hooks.
    Objects.requireNonNull(signal).callHandler(Objects.requireNonNull(next));
  }

  // A thread of the signal. The lock is free when the right handler is in force.
  private synchronized void sendAgain() {
    Objects.requireNonNull(signal).raise();
  }

  /// Who has a signal.
  public interface Receiver {
    /// Takes a signal that has come. A thread of the signal, with the owner's lock held: not to
    /// block.
    ///
    /// @return false to leave it to the handler of the JVM
    boolean receive();
  }
}
