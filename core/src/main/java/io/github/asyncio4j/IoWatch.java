// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.ReadyListener;
import io.github.asyncio4j.selector.Registration;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A loop's watch over one descriptor: what to call when it is readable or writable (EL-100, R-12).
///
/// Loop thread only. Made by [Lowlevel#watch] for transports and by `addReader` and `addWriter`.
/// The callbacks are queued as handles in the order of the poll, and the same two handles serve for
/// as long as the watch lives, so an event allocates nothing.
public final class IoWatch {
  /// What holds a descriptor for itself, such as a transport.
  public interface Owner {
    /// Called when the loop is closed while the watch is open: release the descriptor, now. The
    /// loop takes no callbacks any more.
    void loopClosed();
  }

  private final Watches watches;
  private final Object key;
  private final @Nullable Owner owner;
  private final Registration registration;
  // A bare number, which cannot tell when it was closed and given out again.
  private final boolean mayBeLeftBehind;
  private @Nullable IoHandle reader;
  private @Nullable IoHandle writer;
  private int interest;

  IoWatch(Watches watches, Object key, @Nullable Owner owner, Registrar registrar)
      throws IOException {
    this.watches = watches;
    this.key = key;
    this.owner = owner;
    this.registration = registrar.register(this::ready);
    this.mayBeLeftBehind = owner == null && Watches.isBareNumber(registration.pollable());
  }

  /// Registers a listener with the selector.
  interface Registrar {
    Registration register(ReadyListener listener) throws IOException;
  }

  /// Starts or stops calling back on readability. Stopping also drops a call that is queued already
  ///
  ///
  /// @throws IOException when the kernel refuses
  public void reading(boolean on) throws IOException {
    setInterest(on ? interest | Selector.READ : interest & ~(Selector.READ | Selector.BROKEN));
  }

  /// Starts or stops calling back for reading when the connection breaks, while readability is not
  /// watched: for a stream that has been read to its end. [#reading(boolean)] stops it too.
  ///
  /// @throws IOException when the kernel refuses
  public void breaking(boolean on) throws IOException {
    setInterest(on ? interest | Selector.BROKEN : interest & ~Selector.BROKEN);
  }

  /// Starts or stops calling back on writability; as [#reading(boolean)].
  public void writing(boolean on) throws IOException {
    setInterest(on ? interest | Selector.WRITE : interest & ~Selector.WRITE);
  }

  /// Has both callbacks run in a context from now on, in that object and not in a copy; while
  /// nothing is watched.
  public void runIn(Context context) {
    Objects.requireNonNull(reader).runIn(context);
    Objects.requireNonNull(writer).runIn(context);
  }

  /// Tells whether readability is watched.
  public boolean isReading() {
    return (interest & Selector.READ) != 0;
  }

  /// Tells whether writability is watched.
  public boolean isWriting() {
    return (interest & Selector.WRITE) != 0;
  }

  /// Queues the call for writability as if the descriptor were writable, which is watched. It
  /// allocates nothing: for what must be done when there is no memory for a callback of its own.
  public void callWriter() {
    queue(writer);
  }

  /// Ends the watch. Idempotent. Close it before the descriptor.
  public void close() {
    interest = 0;
    registration.cancel();
    watches.closed(key, this);
  }

  @Nullable Owner owner() {
    return owner;
  }

  /// Tells whether the descriptor is still that of a pollable, and not closed and given out again.
  boolean watches(Pollable pollable) {
    return registration.pollable().fileno() == pollable.fileno();
  }

  /// Tells whether the selector still has this; it drops what it finds left behind.
  boolean isValid() {
    return registration.isValid();
  }

  /// Tells whether the descriptor was closed while it was watched.
  boolean isLeftBehind() {
    return registration.isLeftBehind();
  }

  void setReader(@Nullable IoHandle handle) throws IOException {
    if (reader != null) {
      reader.cancel();
    }
    reader = handle;
    reading(handle != null);
  }

  void setWriter(@Nullable IoHandle handle) throws IOException {
    if (writer != null) {
      writer.cancel();
    }
    writer = handle;
    writing(handle != null);
  }

  /// Sets the callbacks without watching for anything yet.
  void setCallbacks(IoHandle reader, IoHandle writer) {
    this.reader = reader;
    this.writer = writer;
  }

  boolean isIdle() {
    return interest == 0;
  }

  private void setInterest(int wanted) throws IOException {
    if (wanted == interest) {
      return;
    }
    registration.interest(wanted);
    interest = wanted;
  }

  // Called by the selector while it polls.
  private void ready(int ops) {
    // The file may live on in a duplicate, and its events are nobody's then.
    if (mayBeLeftBehind && registration.isLeftBehind()) {
      watches.leftBehind(this, registration.pollable());
      return;
    }
    if ((ops & interest & (Selector.READ | Selector.BROKEN)) != 0) {
      queue(reader);
    }
    if ((ops & Selector.WRITE) != 0 && isWriting()) {
      queue(writer);
    }
  }

  private void queue(@Nullable IoHandle handle) {
    try {
      watches.queue(Objects.requireNonNull(handle));
    } catch (OutOfMemoryError e) {
      return; // Readiness is a level: the next poll tells of it again.
    }
  }

  /// The handle of one direction. Skipped when its direction is not watched any more.
  static final class IoHandle extends Handle {
    private final IoWatch watch;
    private final int op;

    IoHandle(IoWatch watch, int op, Runnable callback, Object scope) {
      super(callback, scope);
      this.watch = watch;
      this.op = op;
    }

    @Override
    void run(BaseEventLoop loop) {
      if ((watch.interest & op) != 0) {
        super.run(loop);
      }
    }

    @Override
    String describeCallback() {
      Owner owner = watch.owner;
      if (owner == null) {
        return super.describeCallback();
      }
      return ((op & Selector.READ) != 0 ? "input of " : "room of ") + Descriptions.textOf(owner);
    }
  }
}
