// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Links functions of the C library that the process has loaded. Only who [Native] lets may do so.
final class CFunctions {
  /*
   * Every integer and pointer is passed as a 64-bit number, and who has fewer than its shape gets
   * zeros for the rest. The linker generates code for each shape of function, about 10 ms each; so
   * there are four shapes instead of twenty. On x86-64 and AArch64 each of six arguments has a
   * register of its own, of which a C function reads as much as it declares, variadic or not; of a
   * result the low half is ours to interpret.
   */

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private CFunctions() {}

  /// Links a function of at most six arguments.
  static MethodHandle cold(String name) {
    return link(name, longs(6), ERRNO);
  }

  /// As [#cold], or null where the C library has no such function.
  static @Nullable MethodHandle optional(String name) {
    return Linker.nativeLinker().defaultLookup().find(name).isPresent() ? cold(name) : null;
  }

  /// Links a function of at most four arguments that returns soon, so the thread need not leave the
  /// Java state for it. That saves the transition and allows heap memory; a safepoint waits until
  /// it returns.
  static MethodHandle critical(String name) {
    return link(name, longs(4), ERRNO, Linker.Option.critical(true));
  }

  /// As [#critical]; the second of four arguments is memory, which may be on the heap.
  static MethodHandle criticalSegment(String name) {
    var shape = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    return link(name, shape, ERRNO, Linker.Option.critical(true));
  }

  /// Links a function of two arguments whose errno nobody asks for.
  static MethodHandle withoutErrno(String name) {
    return link(name, longs(2));
  }

  private static FunctionDescriptor longs(int arguments) {
    var layouts = new MemoryLayout[arguments];
    Arrays.fill(layouts, JAVA_LONG);
    return FunctionDescriptor.of(JAVA_LONG, layouts);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor shape, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
  }
}
