// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import io.github.asyncio4j.internal.ffi.Native;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Watches descriptors and channels and tells which are ready, by when.
///
/// One thread at a time, the loop's, except [#wakeup()]. Readiness is level-triggered: what is
/// ready and not consumed is reported again by the next [#select(long)]. At most one registration
/// exists for each descriptor or channel.
public interface Selector extends AutoCloseable {
  /// Interest in reading, and in accepting.
  int READ = 1;

  /// Interest in writing, and in the end of a connect.
  int WRITE = 2;

  /// Interest in nothing but the break of a connection: its reset, or an error. For a stream that
  /// has nothing more to read and nothing to write. A connection whose halves were both ended in
  /// good order may count as broken.
  ///
  /// It is told soon: at once by epoll, within a quarter of a second by NIO.
  int BROKEN = 4;

  /// Opens the best selector that works here: epoll when native access is granted on Linux, else
  /// NIO.
  ///
  /// The system property `io.github.asyncio4j.selector` (`epoll` or `nio`) forces one.
  ///
  /// @throws IllegalArgumentException when the property has another value
  /// @throws UnsupportedOperationException when the forced one is not available; names the flag
  /// @throws IOException when the system is out of descriptors
  static Selector open() throws IOException {
    String forced = System.getProperty("io.github.asyncio4j.selector");
    if (forced == null) {
      return Native.isAvailable() ? EpollSelector.open() : NioSelector.open();
    }
    return switch (forced) {
      case "epoll" -> EpollSelector.open();
      case "nio" -> NioSelector.open();
      default ->
          throw new IllegalArgumentException(
              "io.github.asyncio4j.selector is neither epoll nor nio: " + forced);
    };
  }

  /// Starts to watch a descriptor or channel.
  ///
  /// A registration left behind by a descriptor that was closed without a cancel does not count: it
  /// is replaced and becomes invalid, as far as the system lets us see that.
  ///
  /// @param interest a subset of [#READ], [#WRITE] and [#BROKEN]; 0 watches nothing yet
  /// @throws IllegalStateException when it is registered already, or the selector is closed
  /// @throws IllegalArgumentException when `interest` has other bits, or the channel is blocking or
  ///   cannot do one of the operations
  /// @throws UnsupportedOperationException when this kind of selector cannot watch it; names the
  ///   flag that would help
  /// @throws IOException when the system refuses: EPERM for a regular file, EBADF for a closed
  ///   descriptor
  Registration register(Pollable pollable, int interest, ReadyListener listener) throws IOException;

  /// Returns the live registration of this descriptor or channel, or null.
  @Nullable Registration registration(Pollable pollable);

  /// Waits until something is ready, time is over or [#wakeup()] is called, then calls
  /// [ReadyListener#ready(int)] once for each ready registration, in the order of the poll.
  ///
  /// It may return early with nothing to report. It allocates nothing of its own. A listener must
  /// not call it.
  ///
  /// @param timeoutNanos how long to wait; negative for ever, 0 not at all
  /// @throws IllegalStateException when the selector is closed
  /// @throws IOException when polling itself fails
  void select(long timeoutNanos) throws IOException;

  /// Makes the current or the next [#select(long)] return at once. Any thread.
  ///
  /// Several calls before it returns count as one. What a thread published before the call is seen
  /// by the selecting thread after the return. Harmless when the selector is closed.
  void wakeup();

  /// Tells whether bare descriptors can be watched: true for epoll, false for NIO. Any thread.
  boolean pollsDescriptors();

  /// Tells whether a virtual thread may wait in [#select(long)]: whether it gives its carrier
  /// thread up meanwhile, or the JDK makes up for it. Any thread.
  ///
  /// @return false, unless overridden: a blocking native call holds its carrier
  default boolean waitsWithoutCarrier() {
    return false;
  }

  /// Tells whether a [#select(long)] could find anything but a wake-up; if not, a loop that has
  /// something else to do need not ask.
  ///
  /// @return true, unless overridden
  default boolean anyInterest() {
    return true;
  }

  /// Tells whether the selector is open. Any thread.
  boolean isOpen();

  /// Closes the selector and makes its registrations invalid; descriptors and channels stay open.
  ///
  /// Idempotent. Not while another thread is in [#select(long)].
  @Override
  void close() throws IOException;
}
