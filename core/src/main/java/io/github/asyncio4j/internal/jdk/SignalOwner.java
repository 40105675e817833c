// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The one owner of a signal in this process: whoever wants it gets it from here, and the handler
/// that was there before is back when nobody does. Any thread.
///
/// Any number of receivers may ask for a signal by [#add(Receiver)], and each gets it. One more may
/// have it while nobody has asked, by [#take(Receiver)], in place of what the JVM does by itself.
public final class SignalOwner {
  /*
   * Who is in force when is settled under the lock of the owner, which the threads of the signal
   * take too. There is a second handler of ours, the probe: it stands in while we look which handler
   * was there before. A signal that it gets is sent again as soon as the right handler is in its
   * place.
   *
   * Our own handler may be called when nobody has the signal: by a thread that the signal has
   * started a moment ago, or by a user's handler that was set meanwhile and calls the one before it.
   * Then it stands for the handler beneath, the one that was in force before ours. A user's handler
   * that was set over ours is never that one: the two would call each other without end.
   */

  private static final Map<String, SignalOwner> OWNERS = new ConcurrentHashMap<>();

  // The JVM has handlers of its own for these, by which it works, and only refuses some of them:
  // hotspot's signals_posix.cpp, JVM_RegisterSignal.
  private static final Set<String> NEEDED_BY_JVM = Set.of("SEGV", "BUS", "FPE", "ILL", "TRAP");
  // signal(7): neither can be caught.
  private static final Set<String> NEVER_CAUGHT = Set.of("KILL", "STOP");

  private final String name;
  // Null where the JDK does not let us at signals, as are the two handlers then.
  private final @Nullable ProcessSignal signal;
  private final @Nullable Object handler;
  private final @Nullable Object probe;

  // Guarded by this object's lock, as is all below.
  private final List<Receiver> receivers = new ArrayList<>();
  private @Nullable Receiver stopgap;
  // What is in force again when nobody wants the signal any more.
  private @Nullable Object before;
  // What our handler stands for when nobody takes the signal.
  private @Nullable Object beneath;
  // The last one that was found in place of ours.
  private @Nullable Object setOverOurs;

  private SignalOwner(String name) {
    this.name = name;
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

  /// Refuses a signal that no program can have.
  ///
  /// @param name without `SIG`
  /// @throws IllegalStateException when it is such a signal; the text says why
  public static void ensureMayBeCaught(String name) {
    String reason;
    if (NEVER_CAUGHT.contains(name)) {
      reason = "no process can";
    } else if (NEEDED_BY_JVM.contains(name)) {
      reason = "the JVM works by it";
    } else if (name.equals("QUIT")) {
      reason = "the JVM prints its threads on it";
    } else {
      return;
    }
    throw new IllegalStateException("sig SIG" + name + " cannot be caught: " + reason);
  }

  /// Gives a receiver the signal, beside all others who have asked for it, in place of whatever
  /// handler is in force.
  ///
  /// @return false when the signal will not come, since the process was started ignoring it
  /// @throws IllegalStateException when it cannot be caught; the text says why
  /// @throws UnsupportedOperationException when the JDK does not let us at signals
  public synchronized boolean add(Receiver wanting) {
    ensureMayBeCaught(name);
    if (signal == null || handler == null || probe == null) {
      throw new UnsupportedOperationException(
          "SIG" + name + " cannot be caught: the module jdk.unsupported is missing");
    }
    Object found;
    try {
      found = signal.set(probe);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "sig SIG" + name + " cannot be caught: " + e.getMessage() + ", as under -Xrs", e);
    }
    putInForce(found);
    receivers.add(wanting);
    return signal.set(handler) == handler;
  }

  /// Gives a receiver the signal while nobody asks for it, if it is to be had so: the handler that
  /// would be in force is that of the JVM, and no other receiver has it in this way.
  ///
  /// @return why it is not to be had, or null
  public synchronized @Nullable String take(Receiver wanting) {
    if (signal == null || handler == null || probe == null) {
      return "the module jdk.unsupported is missing";
    }
    if (stopgap != null) {
      return "it is taken by " + stopgap;
    }
    Object found;
    try {
      found = signal.set(probe);
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    Object other = found == handler ? Objects.requireNonNull(isWanted() ? before : beneath) : found;
    if (!signal.isOfJvm(other)) {
      signal.set(found);
      return "there is another handler: " + other;
    }
    putInForce(found);
    stopgap = wanting;
    return null;
  }

  /// Takes the signal back from a receiver; no effect if it has it no more.
  public synchronized void giveBack(Receiver having) {
    boolean had = receivers.remove(having);
    if (stopgap == having) {
      stopgap = null;
      had = true;
    }
    if (!had || isWanted() || signal == null || handler == null || probe == null) {
      return;
    }
    Object found = signal.set(probe);
    if (found == handler) {
      signal.set(Objects.requireNonNull(before));
    } else {
      // A handler that was set meanwhile stays.
      signal.set(found);
      setOverOurs = found;
    }
  }

  private boolean isWanted() {
    return stopgap != null || !receivers.isEmpty();
  }

  /// Puts our handler in the place of the one that was found.
  private void putInForce(Object found) {
    ProcessSignal signal = Objects.requireNonNull(this.signal);
    if (found == handler) {
      // Ours already, or a user has put it back: then it means what was beneath it.
      before = isWanted() ? before : beneath;
    } else {
      before = found;
      if (isWanted()) {
        setOverOurs = found;
      }
      if (found != setOverOurs || beneath == null || signal.isOfJvm(found)) {
        beneath = found;
      }
    }
    signal.set(Objects.requireNonNull(handler));
  }

  // A thread of the signal.
  private void received() {
    Object next;
    synchronized (this) {
      if (isTaken()) {
        return;
      }
      next = beneath;
    }
    // Without the lock: the JVM's ends in System.exit, which waits for shutdown hooks.
    Objects.requireNonNull(signal).callHandler(Objects.requireNonNull(next));
  }

  private boolean isTaken() {
    boolean taken = false;
    for (Receiver receiver : receivers) {
      taken |= receiver.receive();
    }
    return taken || (stopgap != null && stopgap.receive());
  }

  // A thread of the signal. The lock is free when the right handler is in force.
  private synchronized void sendAgain() {
    Objects.requireNonNull(signal).raise();
  }

  @Override
  public String toString() {
    return "<SignalOwner SIG" + name + ">";
  }

  /// Who has a signal.
  public interface Receiver {
    /// Takes a signal that has come. A thread of the signal, with the owner's lock held: not to
    /// block.
    ///
    /// @return false to leave it to whoever is next
    boolean receive();
  }
}
