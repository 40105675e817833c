// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.ffi.StackPointer;
import org.jspecify.annotations.Nullable;

/// Makes sure that there is stack left for what must not be broken off in the middle. Whoever holds
/// the loop.
///
/// A stack that ends inside an await would leave the task half suspended: registered with a future
/// and running on, or with its baton given away. The JDK's own code for a suspension does not stand
/// it either, and a virtual thread that was suspended within some hundred bytes of the end crashes
/// the JVM when it is resumed (JDK 21 to 25: the frames do not fit again, and the
/// StackOverflowError is thrown from a frame that cannot be walked). So the end of the stack is
/// looked for first, in a call that has done nothing yet.
final class StackRoom {
  static final int FRAME_BYTES = 2 << 10;

  /*
   * Compiled code looks on entry to a method whether the whole frame of the method fits, whatever
   * branch is taken. A call with many arguments, which is hardly ever made, gives a frame of 2 KB
   * for the price of a small one: some 2 ns for each. Plain recursion as far down takes ten times
   * as long. The branch has to be taken now and then, or the compiler would leave it out. In the
   * interpreter it is the local variables that make the frame large.
   *
   * The frame must not become part of the caller's, which is put aside with each suspension: that
   * would make an await half as slow again. A method of more than 325 bytes of code is never taken
   * in, therefore the arguments are of two bytes each.
   */
  private static final int RARELY = 0x3FF;
  // Frames of 2 KB. The deepest way from a public method into the JDK takes some 3 KB compiled.
  private static final int FRAMES = 4;
  // Where something happens for the first time classes are loaded and call sites linked, which
  // takes
  // ten times the stack; and what could not be linked for want of stack never can be again.
  private static final int FRAMES_AT_FIRST = 24;
  private static final int FIRST_CALLS = 2_000;
  // To hand over to another thread means to queue it with a pool, which must not fail half-way.
  private static final int MORE_FRAMES = 16;

  @SuppressWarnings("UnusedVariable") // written only, so that a call has something to do
  private static int sink;

  // A static one would be written by several processors at a time.
  private int calls;

  // Whoever runs the loop sets it, before the first run whose tasks the loop's thread carries.
  private @Nullable StackPointer pointer;
  private boolean measured;

  /// Finds out whether [#address()] can be had. Loop thread, near the top of its stack.
  void measure() {
    if (!measured) {
      measured = true;
      pointer = StackPointer.open();
    }
  }

  /// Returns where the calling thread stands, lower the deeper the calls; 0 if it is not known.
  long address() {
    return pointer == null ? 0 : pointer.address();
  }

  /// Touches the stack that a suspension needs.
  ///
  /// @throws StackOverflowError when it is not there
  void ensure() {
    touch(Integer.compareUnsigned(calls, FIRST_CALLS) < 0 ? FRAMES_AT_FIRST : FRAMES);
  }

  /// Touches the stack that it takes to hand over to another thread.
  ///
  /// @throws StackOverflowError when it is not there
  void ensureForHandOver() {
    touch(MORE_FRAMES);
  }

  /// Touches some frames of 2 KB.
  ///
  /// @throws StackOverflowError when there is no room for so many
  void ensure(int frames) {
    touch(frames);
  }

  /// Returns for how many frames of 2 KB there is no room any more: one more than there is.
  int lackingFrames() {
    int enough = 0;
    int lacking = 1;
    while (fits(lacking)) {
      enough = lacking;
      lacking *= 2;
    }
    while (lacking - enough > 1) {
      int middle = (enough + lacking) / 2;
      if (fits(middle)) {
        enough = middle;
      } else {
        lacking = middle;
      }
    }
    return lacking;
  }

  private boolean fits(int frames) {
    try {
      touch(frames);
      return true;
    } catch (StackOverflowError e) {
      return false;
    }
  }

  @SuppressWarnings({"unused", "UnusedVariable"}) // they are there for their number
  private void touch(int left) {
    // spotless:off
    long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19;
    long b20, b21, b22, b23, b24, b25, b26, b27, b28, b29, b30, b31, b32, b33, b34, b35, b36, b37, b38, b39;
    long b40, b41, b42, b43, b44, b45, b46, b47, b48, b49, b50, b51, b52, b53, b54, b55, b56, b57, b58, b59;
    long b60, b61, b62, b63, b64, b65, b66, b67, b68, b69, b70, b71, b72, b73, b74, b75, b76, b77, b78, b79;
    long b80, b81, b82, b83, b84, b85, b86, b87, b88, b89, b90, b91, b92, b93, b94, b95, b96, b97, b98, b99;
    long b100, b101, b102, b103, b104, b105, b106, b107, b108, b109, b110, b111, b112, b113, b114, b115, b116, b117, b118, b119;
    // spotless:on
    if ((++calls & RARELY) == 0) {
      // spotless:off
      spread(
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99);
      // spotless:on
    }
    if (left > 1) {
      touch(left - 1);
    }
  }

  // spotless:off
  @SuppressWarnings("unused") // they are there for their number
  private static void spread(
      int a0, int a1, int a2, int a3, int a4, int a5, int a6, int a7, int a8, int a9, int a10, int a11, int a12, int a13, int a14,
      int a15, int a16, int a17, int a18, int a19, int a20, int a21, int a22, int a23, int a24, int a25, int a26, int a27, int a28, int a29,
      int a30, int a31, int a32, int a33, int a34, int a35, int a36, int a37, int a38, int a39, int a40, int a41, int a42, int a43, int a44,
      int a45, int a46, int a47, int a48, int a49, int a50, int a51, int a52, int a53, int a54, int a55, int a56, int a57, int a58, int a59,
      int a60, int a61, int a62, int a63, int a64, int a65, int a66, int a67, int a68, int a69, int a70, int a71, int a72, int a73, int a74,
      int a75, int a76, int a77, int a78, int a79, int a80, int a81, int a82, int a83, int a84, int a85, int a86, int a87, int a88, int a89,
      int a90, int a91, int a92, int a93, int a94, int a95, int a96, int a97, int a98, int a99, int a100, int a101, int a102, int a103, int a104,
      int a105, int a106, int a107, int a108, int a109, int a110, int a111, int a112, int a113, int a114, int a115, int a116, int a117, int a118, int a119,
      int a120, int a121, int a122, int a123, int a124, int a125, int a126, int a127, int a128, int a129, int a130, int a131, int a132, int a133, int a134,
      int a135, int a136, int a137, int a138, int a139, int a140, int a141, int a142, int a143, int a144, int a145, int a146, int a147, int a148, int a149,
      int a150, int a151, int a152, int a153, int a154, int a155, int a156, int a157, int a158, int a159, int a160, int a161, int a162, int a163, int a164,
      int a165, int a166, int a167, int a168, int a169, int a170, int a171, int a172, int a173, int a174, int a175, int a176, int a177, int a178, int a179,
      int a180, int a181, int a182, int a183, int a184, int a185, int a186, int a187, int a188, int a189, int a190, int a191, int a192, int a193, int a194,
      int a195, int a196, int a197, int a198, int a199, int a200, int a201, int a202, int a203, int a204, int a205, int a206, int a207, int a208, int a209,
      int a210, int a211, int a212, int a213, int a214, int a215, int a216, int a217, int a218, int a219, int a220, int a221, int a222, int a223, int a224,
      int a225, int a226, int a227, int a228, int a229, int a230, int a231, int a232, int a233, int a234, int a235, int a236, int a237, int a238, int a239) {
    // More than the compiler takes into the caller.
    sink = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15;
  }
  // spotless:on
}
