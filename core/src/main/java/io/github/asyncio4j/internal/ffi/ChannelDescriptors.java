// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// The descriptor numbers of NIO channels, as far as the JDK exports them to us. Any thread.
///
/// The JDK's channels implement `sun.nio.ch.SelChImpl`, whose `getFDVal` returns the number; the
/// package must be exported to this module.
public final class ChannelDescriptors {
  private static final @Nullable MethodHandle GET_FD_VAL = probe();

  private ChannelDescriptors() {}

  /// Tells whether the numbers can be had.
  public static boolean areKnown() {
    return GET_FD_VAL != null;
  }

  /// Returns the number, or -1 when it cannot be had or the channel is closed.
  public static int fileno(SelectableChannel channel) {
    // A closed channel still returns its old number, which may be another's by now.
    if (GET_FD_VAL == null || !channel.isOpen()) {
      return -1;
    }
    try {
      return (int) GET_FD_VAL.invokeExact(channel);
    } catch (ClassCastException e) {
      return -1; // The channel of another provider.
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /// Returns the flag that would make the numbers known.
  public static String flag() {
    return "--add-exports java.base/sun.nio.ch=" + Native.moduleName();
  }

  private static @Nullable MethodHandle probe() {
    try {
      Class<?> type = Class.forName("sun.nio.ch.SelChImpl");
      return MethodHandles.lookup()
          .findVirtual(type, "getFDVal", MethodType.methodType(int.class))
          .asType(MethodType.methodType(int.class, SelectableChannel.class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
