// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.UnknownHostException;
import java.util.Arrays;

/// What the C library knows of hosts and the JDK does not tell (getaddrinfo(3)). Any thread that
/// may block.
///
/// It is apart from [Syscalls] because these functions are no system calls: they return reasons of
/// their own, not errno, and are linked when they are first needed.
public final class NetDatabase {
  private static final int AI_CANONNAME = 2;
  private static final int SOCK_STREAM = 1;

  // struct addrinfo of Linux with 64 bits.
  private static final long BYTES = 48;
  private static final long FLAGS = 0;
  private static final long SOCKTYPE = 8;
  private static final long CANONNAME = 32;

  private NetDatabase() {}

  /// Returns the canonical name of a host. Blocks, for as long as name servers are silent.
  ///
  /// @param host of ASCII characters, none of them null
  /// @throws UnknownHostException when it has no address; the text has the name and the reason
  /// @throws UnsupportedOperationException when the C library cannot be called; names the flag
  public static String canonicalName(String host) throws UnknownHostException {
    if (!Native.isAvailable()) {
      throw Native.unsupported("AI_CANONNAME");
    }
    try (var arena = Arena.ofConfined()) {
      var hints = arena.allocate(BYTES, 8);
      hints.set(JAVA_INT, FLAGS, AI_CANONNAME);
      hints.set(JAVA_INT, SOCKTYPE, SOCK_STREAM);
      var result = arena.allocate(JAVA_LONG);
      int error = Functions.getaddrinfo(arena.allocateFrom(host), hints, result);
      if (error != 0) {
        throw new UnknownHostException(host + ": " + Functions.gai_strerror(error));
      }
      long list = result.get(JAVA_LONG, 0);
      try {
        long name = Functions.at(list, BYTES).get(JAVA_LONG, CANONNAME);
        return name == 0 ? host : Functions.text(name);
      } finally {
        Functions.freeaddrinfo(list);
      }
    }
  }

  /// The functions, linked by the first call; every number and pointer is passed as 64 bits.
  private static final class Functions {
    private static final MethodHandle GETADDRINFO = link("getaddrinfo", 4);
    private static final MethodHandle FREEADDRINFO = link("freeaddrinfo", 1);
    private static final MethodHandle GAI_STRERROR = link("gai_strerror", 1);

    static int getaddrinfo(MemorySegment node, MemorySegment hints, MemorySegment res) {
      try {
        return (int)
            (long) GETADDRINFO.invokeExact(node.address(), 0L, hints.address(), res.address());
      } catch (Throwable t) {
        throw Native.unexpected(t);
      }
    }

    static void freeaddrinfo(long res) {
      try {
        long _ = (long) FREEADDRINFO.invokeExact(res);
      } catch (Throwable t) {
        throw Native.unexpected(t);
      }
    }

    static String gai_strerror(int errcode) {
      try {
        return text((long) GAI_STRERROR.invokeExact((long) errcode));
      } catch (Throwable t) {
        throw Native.unexpected(t);
      }
    }

    @SuppressWarnings("restricted")
    static MemorySegment at(long address, long bytes) {
      return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    static String text(long address) {
      return at(address, Long.MAX_VALUE).getString(0);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, int arguments) {
      var layouts = new MemoryLayout[arguments];
      Arrays.fill(layouts, JAVA_LONG);
      var linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_LONG, layouts));
    }
  }
}
