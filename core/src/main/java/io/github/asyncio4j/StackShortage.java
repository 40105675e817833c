// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// What a task knows after a suspension for which there was not enough stack: that with hardly more
/// it would fail again. Whoever holds the loop.
///
/// To put frames of the interpreter aside takes several times their stack. A body that catches the
/// StackOverflowError and awaits something on each of ten thousand levels would make as many tries,
/// of some 0.1 ms each, before one succeeds.
final class StackShortage {
  private static final int LEAST_MARGIN = 2 << 10;
  private static final int GREATEST_MARGIN = 64 << 10;

  private final StackRoom room;
  private final Throwable met;
  // How much more there must be before it is tried again, in bytes; more after each try.
  private int margin = LEAST_MARGIN;
  // The address that has to be above us, or 0.
  private long needed;
  // Where no address can be had: the frames of StackRoom that must fit.
  private int frames;

  StackShortage(StackRoom room, StackOverflowError met) {
    this.room = room;
    this.met = met;
    look();
  }

  /// Tells that it was not enough once more.
  void again() {
    margin = Math.min(2 * margin, GREATEST_MARGIN);
    look();
  }

  private void look() {
    long address = room.address();
    if (address != 0) {
      needed = address + margin;
    } else {
      frames = room.lackingFrames() + (margin - LEAST_MARGIN) / StackRoom.FRAME_BYTES;
    }
  }

  /// Returns if it is worth another try.
  ///
  /// @throws StackOverflowError if it is not
  void refuseIfNoBetter() {
    if (needed == 0) {
      room.ensure(frames);
    } else if (room.address() <= needed) {
      throw new NoRoomToSuspend(met);
    }
  }

  /// Costs a hundredth of the JVM's own, which finds its way through a thousand frames.
  @SuppressWarnings("serial") // as the JVM's own
  private static final class NoRoomToSuspend extends StackOverflowError {
    NoRoomToSuspend(Throwable met) {
      super("hardly more stack than when the task could not be suspended the last time");
      initCause(met);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
