// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// Files of the JDK, as far as the system can send them by itself. Any thread.
///
/// A [FileChannel] does not tell its descriptor, so sendfile(2) cannot be called from here. But its
/// `transferTo` calls it, if the target is a socket or file channel of the JDK's own. Such a
/// channel can be made over a descriptor of ours, when `sun.nio.ch` is exported to this module.
public final class SystemFiles {
  private static final String TYPE = "sun.nio.ch.FileChannelImpl";

  private SystemFiles() {}

  /// Tells whether the system knows a file, so that it can send it.
  public static boolean isOfSystem(FileChannel file) {
    // By name: the class need not be exported to be asked for its name.
    return file.getClass().getName().equals(TYPE);
  }

  /// Returns a channel that `transferTo` of a file can send to.
  ///
  /// @param fd a descriptor that can be written to; it stays the caller's, who uses the channel no
  ///   more once it is closed
  /// @throws UnsupportedOperationException when there is no such channel; names the flag
  public static FileChannel over(int fd) {
    if (Opening.OPEN == null || Opening.NEW_FD == null) {
      throw new UnsupportedOperationException(
          "sendfile from a native socket is not possible: start java with "
              + ChannelDescriptors.flag());
    }
    try {
      // With a parent to close in its place, the collector does not close the descriptor.
      Closeable parent = () -> {};
      return (FileChannel)
          Opening.OPEN.invokeExact(
              (FileDescriptor) Opening.NEW_FD.invokeExact(fd),
              "a socket",
              false,
              true,
              false,
              false,
              parent);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  private static final class Opening {
    static final @Nullable MethodHandle OPEN =
        probe(
            TYPE,
            "open",
            MethodType.methodType(
                FileChannel.class,
                FileDescriptor.class,
                String.class,
                boolean.class,
                boolean.class,
                boolean.class,
                boolean.class,
                Closeable.class));

    static final @Nullable MethodHandle NEW_FD =
        probe("sun.nio.ch.IOUtil", "newFD", MethodType.methodType(FileDescriptor.class, int.class));

    private static @Nullable MethodHandle probe(String type, String name, MethodType shape) {
      try {
        return MethodHandles.lookup().findStatic(Class.forName(type), name, shape);
      } catch (ReflectiveOperationException | RuntimeException e) {
        return null; // Not exported, or another JDK.
      }
    }
  }
}
