// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The real system calls, through the C library that the process has loaded.
///
/// Initialising the class calls restricted methods: only [Native] may be first to touch it.
final class LinuxSyscalls extends LinuxProcessSyscalls implements Syscalls {
  /*
   * Every integer and pointer is passed as a 64-bit number. The linker generates code for each
   * shape of function, about 10 ms each; so there are nine shapes instead of twenty, and
   * ten in a process that has children. On x86-64
   * and AArch64 each argument has a register of its own, of which a C function reads as much as it
   * declares, variadic or not; of a result the low half is ours to interpret.
   *
   * So the linker does not keep the memory of a pointer alive: each method does, by a fence.
   *
   * The handles are static finals, because only then does the JIT inline what the linker made.
   */

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private static final MethodHandle SOCKET = cold("socket", 3);
  private static final MethodHandle SOCKETPAIR = cold("socketpair", 4);
  private static final MethodHandle BIND = cold("bind", 3);
  private static final MethodHandle LISTEN = cold("listen", 2);
  private static final MethodHandle ACCEPT4 = cold("accept4", 4);
  private static final MethodHandle CONNECT = cold("connect", 3);
  private static final MethodHandle GETSOCKNAME = cold("getsockname", 3);
  private static final MethodHandle GETPEERNAME = cold("getpeername", 3);
  private static final MethodHandle GETSOCKOPT = cold("getsockopt", 5);
  private static final MethodHandle SETSOCKOPT = cold("setsockopt", 5);
  private static final MethodHandle SHUTDOWN = cold("shutdown", 2);
  private static final MethodHandle CLOSE = cold("close", 1);
  private static final MethodHandle RECV = critical("recv", 4);
  private static final MethodHandle RECV_SEGMENT = criticalSegment("recv");
  private static final MethodHandle SEND = critical("send", 4);
  private static final MethodHandle SEND_SEGMENT = criticalSegment("send");
  private static final MethodHandle SENDMSG = critical("sendmsg", 3);
  private static final MethodHandle RECVMMSG = cold("recvmmsg", 5);
  private static final MethodHandle SENDMMSG = cold("sendmmsg", 4);
  private static final MethodHandle READ = cold("read", 3);
  private static final MethodHandle WRITE = cold("write", 3);
  private static final MethodHandle FCNTL = cold("fcntl", 3);
  private static final MethodHandle PIPE2 = cold("pipe2", 2);
  private static final MethodHandle IOCTL = cold("ioctl", 3);
  private static final MethodHandle TCGETATTR = cold("tcgetattr", 2);
  private static final MethodHandle TCSETATTR = cold("tcsetattr", 3);
  private static final MethodHandle OPEN = cold("open", 3);
  private static final MethodHandle EPOLL_CREATE1 = cold("epoll_create1", 1);
  private static final MethodHandle EPOLL_CTL = cold("epoll_ctl", 4);
  private static final MethodHandle EPOLL_WAIT = cold("epoll_wait", 4);

  // glibc 2.28, Linux 4.11.
  private static final @Nullable MethodHandle STATX = optional("statx", 5);

  // glibc 2.35, Linux 5.11.
  private static final @Nullable MethodHandle EPOLL_PWAIT2 = optional("epoll_pwait2", 5);

  // Not in every C library: musl has none.
  private static final @Nullable MethodHandle GETCONTEXT = optional("getcontext", 1);

  private static final MethodHandle EVENTFD = cold("eventfd", 2);
  private static final MethodHandle EVENTFD_WRITE = link("eventfd_write", longs(2));

  static final LinuxSyscalls INSTANCE = new LinuxSyscalls();

  private LinuxSyscalls() {}

  @Override
  public int socket(MemorySegment errno, int domain, int type, int protocol) {
    try {
      return orErrno(
          (long) SOCKET.invokeExact(errno, (long) domain, (long) type, (long) protocol), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int socketpair(MemorySegment errno, int domain, int type, int protocol, MemorySegment sv) {
    try {
      return orErrno(
          (long)
              SOCKETPAIR.invokeExact(
                  errno, (long) domain, (long) type, (long) protocol, sv.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(sv);
    }
  }

  @Override
  public int bind(MemorySegment errno, int fd, MemorySegment addr, int addrlen) {
    try {
      return orErrno(
          (long) BIND.invokeExact(errno, (long) fd, addr.address(), (long) addrlen), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(addr);
    }
  }

  @Override
  public int listen(MemorySegment errno, int fd, int backlog) {
    try {
      return orErrno((long) LISTEN.invokeExact(errno, (long) fd, (long) backlog), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int accept4(
      MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen, int flags) {
    try {
      return orErrno(
          (long)
              ACCEPT4.invokeExact(
                  errno, (long) fd, addr.address(), addrlen.address(), (long) flags),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(addr);
      Reference.reachabilityFence(addrlen);
    }
  }

  @Override
  public int connect(MemorySegment errno, int fd, MemorySegment addr, int addrlen) {
    try {
      return orErrno(
          (long) CONNECT.invokeExact(errno, (long) fd, addr.address(), (long) addrlen), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(addr);
    }
  }

  @Override
  public int getsockname(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen) {
    try {
      return orErrno(
          (long) GETSOCKNAME.invokeExact(errno, (long) fd, addr.address(), addrlen.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(addr);
      Reference.reachabilityFence(addrlen);
    }
  }

  @Override
  public int getpeername(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen) {
    try {
      return orErrno(
          (long) GETPEERNAME.invokeExact(errno, (long) fd, addr.address(), addrlen.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(addr);
      Reference.reachabilityFence(addrlen);
    }
  }

  @Override
  public int getsockopt(
      MemorySegment errno, int fd, int level, int name, MemorySegment value, MemorySegment len) {
    try {
      return orErrno(
          (long)
              GETSOCKOPT.invokeExact(
                  errno, (long) fd, (long) level, (long) name, value.address(), len.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(value);
      Reference.reachabilityFence(len);
    }
  }

  @Override
  public int setsockopt(
      MemorySegment errno, int fd, int level, int name, MemorySegment value, int len) {
    try {
      return orErrno(
          (long)
              SETSOCKOPT.invokeExact(
                  errno, (long) fd, (long) level, (long) name, value.address(), (long) len),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(value);
    }
  }

  @Override
  public int shutdown(MemorySegment errno, int fd, int how) {
    try {
      return orErrno((long) SHUTDOWN.invokeExact(errno, (long) fd, (long) how), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int close(MemorySegment errno, int fd) {
    try {
      return orErrno((long) CLOSE.invokeExact(errno, (long) fd), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int recv(MemorySegment errno, int fd, long address, long len, int flags) {
    try {
      return orErrno((long) RECV.invokeExact(errno, (long) fd, address, len, (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int recv(MemorySegment errno, int fd, MemorySegment buf, long len, int flags) {
    try {
      return orErrno(
          (long) RECV_SEGMENT.invokeExact(errno, (long) fd, buf, len, (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int send(MemorySegment errno, int fd, long address, long len, int flags) {
    try {
      return orErrno((long) SEND.invokeExact(errno, (long) fd, address, len, (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int send(MemorySegment errno, int fd, MemorySegment buf, long len, int flags) {
    try {
      return orErrno(
          (long) SEND_SEGMENT.invokeExact(errno, (long) fd, buf, len, (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int sendmsg(MemorySegment errno, int fd, MemorySegment msg, int flags) {
    try {
      return orErrno(
          (long) SENDMSG.invokeExact(errno, (long) fd, msg.address(), (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(msg);
    }
  }

  @Override
  public int recvmmsg(
      MemorySegment errno,
      int fd,
      MemorySegment msgvec,
      int vlen,
      int flags,
      MemorySegment timeout) {
    try {
      return orErrno(
          (long)
              RECVMMSG.invokeExact(
                  errno, (long) fd, msgvec.address(), (long) vlen, (long) flags, timeout.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(msgvec);
      Reference.reachabilityFence(timeout);
    }
  }

  @Override
  public int sendmmsg(MemorySegment errno, int fd, MemorySegment msgvec, int vlen, int flags) {
    try {
      return orErrno(
          (long)
              SENDMMSG.invokeExact(errno, (long) fd, msgvec.address(), (long) vlen, (long) flags),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(msgvec);
    }
  }

  @Override
  public int read(MemorySegment errno, int fd, MemorySegment buf, long count) {
    try {
      return orErrno((long) READ.invokeExact(errno, (long) fd, buf.address(), count), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(buf);
    }
  }

  @Override
  public int write(MemorySegment errno, int fd, MemorySegment buf, long count) {
    try {
      return orErrno((long) WRITE.invokeExact(errno, (long) fd, buf.address(), count), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(buf);
    }
  }

  @Override
  public int fcntl(MemorySegment errno, int fd, int cmd, int arg) {
    try {
      return orErrno((long) FCNTL.invokeExact(errno, (long) fd, (long) cmd, (long) arg), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int pipe2(MemorySegment errno, MemorySegment fds, int flags) {
    try {
      return orErrno((long) PIPE2.invokeExact(errno, fds.address(), (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(fds);
    }
  }

  @Override
  public int ioctl(MemorySegment errno, int fd, int request, MemorySegment argp) {
    try {
      // An unsigned long in C, of which no request has more than 32 bits.
      return orErrno(
          (long)
              IOCTL.invokeExact(errno, (long) fd, Integer.toUnsignedLong(request), argp.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(argp);
    }
  }

  @Override
  public int tcgetattr(MemorySegment errno, int fd, MemorySegment termios) {
    try {
      return orErrno((long) TCGETATTR.invokeExact(errno, (long) fd, termios.address()), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(termios);
    }
  }

  @Override
  public int tcsetattr(MemorySegment errno, int fd, int actions, MemorySegment termios) {
    try {
      return orErrno(
          (long) TCSETATTR.invokeExact(errno, (long) fd, (long) actions, termios.address()), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(termios);
    }
  }

  @Override
  public int open(MemorySegment errno, MemorySegment pathname, int flags, int mode) {
    try {
      return orErrno(
          (long) OPEN.invokeExact(errno, pathname.address(), (long) flags, (long) mode), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(pathname);
    }
  }

  @Override
  public int statx(
      MemorySegment errno,
      int dirfd,
      MemorySegment pathname,
      int flags,
      int mask,
      MemorySegment statxbuf) {
    if (STATX == null) {
      return -Errno.ENOSYS;
    }
    try {
      return orErrno(
          (long)
              STATX.invokeExact(
                  errno,
                  (long) dirfd,
                  pathname.address(),
                  (long) flags,
                  (long) mask,
                  statxbuf.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(pathname);
      Reference.reachabilityFence(statxbuf);
    }
  }

  @Override
  public int epoll_create1(MemorySegment errno, int flags) {
    try {
      return orErrno((long) EPOLL_CREATE1.invokeExact(errno, (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int epoll_ctl(MemorySegment errno, int epfd, int op, int fd, MemorySegment event) {
    try {
      return orErrno(
          (long) EPOLL_CTL.invokeExact(errno, (long) epfd, (long) op, (long) fd, event.address()),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(event);
    }
  }

  @Override
  public int epoll_wait(
      MemorySegment errno, int epfd, MemorySegment events, int max, int timeoutMillis) {
    try {
      return orErrno(
          (long)
              EPOLL_WAIT.invokeExact(
                  errno, (long) epfd, events.address(), (long) max, (long) timeoutMillis),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(events);
    }
  }

  @Override
  public int epoll_pwait2(
      MemorySegment errno, int epfd, MemorySegment events, int max, MemorySegment timeout) {
    if (EPOLL_PWAIT2 == null) {
      return -Errno.ENOSYS;
    }
    try {
      return orErrno(
          (long)
              EPOLL_PWAIT2.invokeExact(
                  errno, (long) epfd, events.address(), (long) max, timeout.address(), 0L),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(events);
      Reference.reachabilityFence(timeout);
    }
  }

  @Override
  public int eventfd(MemorySegment errno, int initval, int flags) {
    try {
      return orErrno((long) EVENTFD.invokeExact(errno, (long) initval, (long) flags), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int eventfd_write(int fd, long value) {
    try {
      return (int) (long) EVENTFD_WRITE.invokeExact((long) fd, value);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /// Stores the registers of the calling thread, as getcontext(3); `-ENOSYS` where there is none.
  int getcontext(MemorySegment errno, MemorySegment ucp) {
    if (GETCONTEXT == null) {
      return -Errno.ENOSYS;
    }
    try {
      return orErrno((long) GETCONTEXT.invokeExact(errno, ucp.address()), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(ucp);
    }
  }

  static int orErrno(long result, MemorySegment errno) {
    int count = (int) result;
    return count >= 0 ? count : -errno.get(JAVA_INT, 0);
  }

  static MethodHandle cold(String name, int arguments) {
    return link(name, longs(arguments), ERRNO);
  }

  private static @Nullable MethodHandle optional(String name, int arguments) {
    return Linker.nativeLinker().defaultLookup().find(name).isPresent()
        ? cold(name, arguments)
        : null;
  }

  /// Links a function that returns soon, so the thread need not leave the Java state for it. That
  /// saves the transition and allows heap memory; a safepoint waits until it returns.
  private static MethodHandle critical(String name, int arguments) {
    return link(name, longs(arguments), ERRNO, Linker.Option.critical(true));
  }

  /// As [#critical]; the second of four arguments is memory, which may be on the heap.
  private static MethodHandle criticalSegment(String name) {
    var shape = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    return link(name, shape, ERRNO, Linker.Option.critical(true));
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
