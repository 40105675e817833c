// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Fds;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/// Opens two sockets, prints the port of one, and becomes [ActivatedProgram] with them: arguments
/// are java, the class path and the path of the other socket.
public final class SupervisorProgram {
  private static final int FIRST = 3;

  private SupervisorProgram() {}

  /// Runs it; execve(2) does not return.
  public static void main(String[] args) throws Throwable {
    var tcp = open(StandardProtocolFamily.INET);
    tcp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    tcp.listen(5);
    var unix = open(StandardProtocolFamily.UNIX);
    unix.bind(UnixDomainSocketAddress.of(Path.of(args[2])));
    unix.listen(5);
    System.out.println(((InetSocketAddress) tcp.getsockname()).getPort());
    System.out.flush();
    become(
        new int[] {tcp.fileno(), unix.fileno()},
        new String[] {
          args[0],
          "--enable-native-access=ALL-UNNAMED",
          "-XX:TieredStopAtLevel=1",
          "-cp",
          args[1],
          ActivatedProgram.class.getName()
        },
        new String[] {
          "LISTEN_PID=" + ProcessHandle.current().pid(), "LISTEN_FDS=2", "LISTEN_FDNAMES=web:local"
        });
  }

  private static Socket open(StandardProtocolFamily family) throws Exception {
    return Socket.open(SocketTier.NATIVE, family, SocketType.STREAM);
  }

  private static void become(int[] fds, String[] command, String[] environment) throws Throwable {
    MethodHandle dup2 =
        function(
            "dup2",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    MethodHandle execve =
        function(
            "execve",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
    Arena arena = Arena.global();
    MemorySegment file = arena.allocateFrom(command[0]);
    MemorySegment argv = strings(command);
    MemorySegment envp = strings(environment);
    // Out of the way first, and so that neither is closed by exec.
    int[] high = new int[fds.length];
    for (int i = 0; i < fds.length; i++) {
      high[i] = Fds.dup(fds[i], FIRST + 100);
    }
    // From here on the JVM has lost files of its own.
    for (int i = 0; i < fds.length; i++) {
      int _ = (int) dup2.invokeExact(high[i], FIRST + i);
    }
    int _ = (int) execve.invokeExact(file, argv, envp);
    Runtime.getRuntime().halt(1);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
  }

  private static MemorySegment strings(String[] values) {
    Arena arena = Arena.global();
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, values.length + 1);
    for (int i = 0; i < values.length; i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(values[i]));
    }
    return array;
  }
}
