// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// The limit of this process on its descriptors: setrlimit(2).
final class DescriptorLimit implements AutoCloseable {
  private static final int RLIMIT_NOFILE = 7;

  private final long before;

  private DescriptorLimit(long before) {
    this.before = before;
  }

  /// Lets no new descriptor be opened until closed. All that is needed meanwhile must be loaded.
  static DescriptorLimit exhaust() {
    var limit = new DescriptorLimit(get());
    // Numbers 0 to 2 are taken.
    set(3);
    return limit;
  }

  @Override
  public void close() {
    set(before);
  }

  /// Loads the classes of a directory: afterwards there may be no descriptor to do it with.
  static void loadClasses(Path directory, ClassLoader loader) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        var name = directory.relativize(file).toString().replace('/', '.');
        if (!name.endsWith("-info.class")) {
          try {
            Class.forName(name.substring(0, name.length() - ".class".length()), false, loader);
          } catch (ClassNotFoundException e) {
            throw new IOException(e);
          }
        }
      }
    }
  }

  private static long get() {
    try (var arena = Arena.ofConfined()) {
      var limits = arena.allocate(16, 8);
      call("getrlimit", limits);
      return limits.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  private static void set(long soft) {
    try (var arena = Arena.ofConfined()) {
      var limits = arena.allocate(16, 8);
      call("getrlimit", limits);
      limits.set(ValueLayout.JAVA_LONG, 0, soft);
      call("setrlimit", limits);
    }
  }

  @SuppressWarnings("restricted")
  private static void call(String name, MemorySegment limits) {
    var linker = Linker.nativeLinker();
    MethodHandle function =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    try {
      int result = (int) function.invokeExact(RLIMIT_NOFILE, limits);
      if (result != 0) {
        throw new IllegalStateException(name + " failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
