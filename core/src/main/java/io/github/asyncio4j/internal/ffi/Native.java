// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/// Whether system calls can be made here, and through what. Any thread.
public final class Native {
  // Set by tests only, before they open what is to be injected; never in production.
  private static volatile @Nullable Syscalls installed;

  private Native() {}

  /// Tells whether system calls can be made: Linux on x86-64 or AArch64, and native access granted.
  ///
  /// The probe calls no restricted method unless access is granted, so the JVM prints no warning.
  public static boolean isAvailable() {
    return Probe.AVAILABLE;
  }

  /// Returns the system calls.
  ///
  /// @throws UnsupportedOperationException when they cannot be made; names the flag
  public static Syscalls syscalls() {
    if (!isAvailable()) {
      throw unsupported("Making system calls");
    }
    Syscalls substitute = installed;
    return substitute == null ? LinuxSyscalls.INSTANCE : substitute;
  }

  /// Tells whether child processes can be started and watched by system calls: the C library has
  /// the functions of glibc 2.34, and the kernel pidfds, which a container may refuse.
  public static boolean canSpawn() {
    return isAvailable() && Children.CAN_SPAWN;
  }

  /// Makes [#syscalls()] return a substitute until the result is closed. For tests.
  public static Installed install(Syscalls substitute) {
    Syscalls before = installed;
    installed = substitute;
    return () -> installed = before;
  }

  /// Returns an exception that says what does not work and which flag would make it work.
  public static UnsupportedOperationException unsupported(String what) {
    String advice;
    if (isAvailable()) {
      advice = " cannot be done by an NIO selector or socket; by a native one it can";
    } else if (!isPlatformKnown()) {
      advice = " needs Linux on x86-64 or AArch64";
    } else if (!isGranted()) {
      advice = " needs native access: start java with " + flag();
    } else {
      advice = " needs a C library that has the functions of Linux";
    }
    return new UnsupportedOperationException(what + advice);
  }

  /// Returns the flag that grants native access to this module.
  public static String flag() {
    return "--enable-native-access=" + moduleName();
  }

  /// Returns the name of this module as the flags of `java` want it.
  static String moduleName() {
    Module module = Native.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  /// Returns what a method handle threw, which is declared as anything and is never checked here.
  static RuntimeException unexpected(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> throw new AssertionError(thrown);
    };
  }

  private static boolean isPlatformKnown() {
    String arch = System.getProperty("os.arch");
    return System.getProperty("os.name").equals("Linux")
        && (arch.equals("amd64") || arch.equals("aarch64"));
  }

  private static boolean isGranted() {
    return Native.class.getModule().isNativeAccessEnabled();
  }

  /// The end of a substitution.
  public interface Installed extends AutoCloseable {
    @Override
    void close();
  }

  private static final class Probe {
    static final boolean AVAILABLE = probe();

    private static boolean probe() {
      if (!isPlatformKnown() || !isGranted()) {
        return false;
      }
      try {
        // Its initialiser links every function.
        return LinuxSyscalls.INSTANCE != null;
      } catch (LinkageError | RuntimeException e) {
        // A C library without these functions, or a JVM without a native linker.
        LibraryLogger.get().log(Level.DEBUG, "system calls are not available, using NIO: " + e);
        return false;
      }
    }
  }

  private static final class Children {
    static final boolean CAN_SPAWN = probe();

    private static boolean probe() {
      var syscalls = LinuxSyscalls.INSTANCE;
      var errno = ErrnoSlots.take();
      try {
        // Its first call links all that it takes.
        int pidfd = syscalls.pidfd_open(errno, (int) ProcessHandle.current().pid(), 0);
        if (pidfd < 0) {
          log(Errno.message("pidfd_open", -pidfd));
          return false;
        }
        // No child of this process is this process: a kernel that knows P_PIDFD says ECHILD.
        int waited =
            syscalls.waitid(
                errno,
                Constants.P_PIDFD,
                pidfd,
                new Siginfo().segment(),
                Constants.WEXITED | Constants.WNOHANG);
        syscalls.close(errno, pidfd);
        if (waited != -Errno.ECHILD) {
          log("waitid: " + waited);
        }
        return waited == -Errno.ECHILD;
      } catch (LinkageError | RuntimeException e) {
        log(e.toString());
        return false;
      }
    }

    private static void log(String why) {
      LibraryLogger.get().log(Level.DEBUG, "children are started by ProcessBuilder: " + why);
    }
  }
}
