// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `struct termios` of termios(3), as glibc and musl have it on x86-64 and AArch64. One thread.
public final class Termios {
  // Room for what a later C library may add.
  private static final long BYTES = 128;

  private static final long C_IFLAG = 0;
  private static final long C_OFLAG = 4;
  private static final long C_CFLAG = 8;
  private static final long C_LFLAG = 12;
  private static final long C_CC = 17;
  private static final int VTIME = 5;
  private static final int VMIN = 6;

  private static final int IGNBRK = 1;
  private static final int BRKINT = 2;
  private static final int PARMRK = 8;
  private static final int ISTRIP = 0x20;
  private static final int INLCR = 0x40;
  private static final int IGNCR = 0x80;
  private static final int ICRNL = 0x100;
  private static final int IXON = 0x400;
  private static final int OPOST = 1;
  private static final int CS8 = 0x30;
  private static final int PARENB = 0x100;
  private static final int ISIG = 1;
  private static final int ICANON = 2;
  private static final int ECHO = 8;
  private static final int ECHONL = 0x40;
  private static final int IEXTEN = 0x8000;

  private final MemorySegment segment;

  /// Makes one in an arena.
  public Termios(Arena arena) {
    segment = arena.allocate(BYTES, Long.BYTES);
  }

  /// Returns the memory that tcgetattr(3) fills.
  public MemorySegment segment() {
    return segment;
  }

  /// Makes another of the same content.
  public Termios copy(Arena arena) {
    var copy = new Termios(arena);
    copy.segment.copyFrom(segment);
    return copy;
  }

  /// As cfmakeraw(3).
  public void makeRaw() {
    clear(C_IFLAG, IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    clear(C_OFLAG, OPOST);
    clear(C_LFLAG, ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    clear(C_CFLAG, CS8 | PARENB);
    segment.set(ValueLayout.JAVA_INT, C_CFLAG, segment.get(ValueLayout.JAVA_INT, C_CFLAG) | CS8);
    oneByOne();
  }

  /// As Python's `tty.setcbreak`: each key by itself and no echo, but signals and output as before.
  public void makeCbreak() {
    clear(C_LFLAG, ECHO | ICANON);
    oneByOne();
  }

  /// Has what is typed not shown.
  public void hideInput() {
    clear(C_LFLAG, ECHO);
  }

  /// Tells whether what is typed is shown.
  public boolean isEchoing() {
    return has(C_LFLAG, ECHO);
  }

  /// Tells whether input comes in lines.
  public boolean isCanonical() {
    return has(C_LFLAG, ICANON);
  }

  private boolean has(long field, int bits) {
    return (segment.get(ValueLayout.JAVA_INT, field) & bits) != 0;
  }

  private void clear(long field, int bits) {
    segment.set(ValueLayout.JAVA_INT, field, segment.get(ValueLayout.JAVA_INT, field) & ~bits);
  }

  private void oneByOne() {
    segment.set(ValueLayout.JAVA_BYTE, C_CC + VMIN, (byte) 1);
    segment.set(ValueLayout.JAVA_BYTE, C_CC + VTIME, (byte) 0);
  }
}
