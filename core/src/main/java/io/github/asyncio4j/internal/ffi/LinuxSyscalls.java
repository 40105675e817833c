// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/// The real system calls, through the C library that the process has loaded.
///
/// Initialising the class calls restricted methods: only [Native] may be first to touch it.
final class LinuxSyscalls extends LinuxProcessSyscalls implements Syscalls {
  /*
   * Integers and pointers are passed as 64-bit numbers, as many as the shape has (see CFunctions).
   *
   * So the linker does not keep the memory of a pointer alive: each method does, by a fence.
   *
   * The handles are static finals, because only then does the JIT inline what the linker made.
   */

  private static final MethodHandle SOCKET = CFunctions.cold("socket");
  private static final MethodHandle SOCKETPAIR = CFunctions.cold("socketpair");
  private static final MethodHandle BIND = CFunctions.cold("bind");
  private static final MethodHandle LISTEN = CFunctions.cold("listen");
  private static final MethodHandle ACCEPT4 = CFunctions.cold("accept4");
  private static final MethodHandle CONNECT = CFunctions.cold("connect");
  private static final MethodHandle GETSOCKNAME = CFunctions.cold("getsockname");
  private static final MethodHandle GETPEERNAME = CFunctions.cold("getpeername");
  private static final MethodHandle GETSOCKOPT = CFunctions.cold("getsockopt");
  private static final MethodHandle SETSOCKOPT = CFunctions.cold("setsockopt");
  private static final MethodHandle SHUTDOWN = CFunctions.cold("shutdown");
  private static final MethodHandle CLOSE = CFunctions.cold("close");
  private static final MethodHandle RECV = CFunctions.critical("recv");
  private static final MethodHandle RECV_SEGMENT = CFunctions.criticalSegment("recv");
  private static final MethodHandle SEND = CFunctions.critical("send");
  private static final MethodHandle SEND_SEGMENT = CFunctions.criticalSegment("send");
  private static final MethodHandle SENDMSG = CFunctions.critical("sendmsg");
  private static final MethodHandle RECVMMSG = CFunctions.cold("recvmmsg");
  private static final MethodHandle SENDMMSG = CFunctions.cold("sendmmsg");
  private static final MethodHandle READ = CFunctions.cold("read");
  private static final MethodHandle WRITE = CFunctions.cold("write");
  private static final MethodHandle FCNTL = CFunctions.cold("fcntl");
  private static final MethodHandle PIPE2 = CFunctions.cold("pipe2");
  private static final MethodHandle IOCTL = CFunctions.cold("ioctl");
  private static final MethodHandle TCGETATTR = CFunctions.cold("tcgetattr");
  private static final MethodHandle TCSETATTR = CFunctions.cold("tcsetattr");
  private static final MethodHandle OPEN = CFunctions.cold("open");
  private static final MethodHandle EPOLL_CREATE1 = CFunctions.cold("epoll_create1");
  private static final MethodHandle EPOLL_CTL = CFunctions.cold("epoll_ctl");
  private static final MethodHandle EPOLL_WAIT = CFunctions.cold("epoll_wait");

  // glibc 2.28, Linux 4.11.
  private static final @Nullable MethodHandle STATX = CFunctions.optional("statx");

  // glibc 2.35, Linux 5.11.
  private static final @Nullable MethodHandle EPOLL_PWAIT2 = CFunctions.optional("epoll_pwait2");

  // Not in every C library: musl has none.
  private static final @Nullable MethodHandle GETCONTEXT = CFunctions.optional("getcontext");

  private static final MethodHandle EVENTFD = CFunctions.cold("eventfd");
  private static final MethodHandle EVENTFD_WRITE = CFunctions.withoutErrno("eventfd_write");

  static final LinuxSyscalls INSTANCE = new LinuxSyscalls();

  private LinuxSyscalls() {}

  @Override
  public int socket(MemorySegment errno, int domain, int type, int protocol) {
    try {
      return orErrno(
          (long) SOCKET.invokeExact(errno, (long) domain, (long) type, (long) protocol, 0L, 0L, 0L),
          errno);
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
                  errno, (long) domain, (long) type, (long) protocol, sv.address(), 0L, 0L),
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
          (long) BIND.invokeExact(errno, (long) fd, addr.address(), (long) addrlen, 0L, 0L, 0L),
          errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(addr);
    }
  }

  @Override
  public int listen(MemorySegment errno, int fd, int backlog) {
    try {
      return orErrno(
          (long) LISTEN.invokeExact(errno, (long) fd, (long) backlog, 0L, 0L, 0L, 0L), errno);
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
                  errno, (long) fd, addr.address(), addrlen.address(), (long) flags, 0L, 0L),
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
          (long) CONNECT.invokeExact(errno, (long) fd, addr.address(), (long) addrlen, 0L, 0L, 0L),
          errno);
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
          (long)
              GETSOCKNAME.invokeExact(
                  errno, (long) fd, addr.address(), addrlen.address(), 0L, 0L, 0L),
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
          (long)
              GETPEERNAME.invokeExact(
                  errno, (long) fd, addr.address(), addrlen.address(), 0L, 0L, 0L),
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
                  errno, (long) fd, (long) level, (long) name, value.address(), len.address(), 0L),
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
                  errno, (long) fd, (long) level, (long) name, value.address(), (long) len, 0L),
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
      return orErrno(
          (long) SHUTDOWN.invokeExact(errno, (long) fd, (long) how, 0L, 0L, 0L, 0L), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int close(MemorySegment errno, int fd) {
    try {
      return orErrno((long) CLOSE.invokeExact(errno, (long) fd, 0L, 0L, 0L, 0L, 0L), errno);
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
          (long) SENDMSG.invokeExact(errno, (long) fd, msg.address(), (long) flags, 0L), errno);
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
                  errno,
                  (long) fd,
                  msgvec.address(),
                  (long) vlen,
                  (long) flags,
                  timeout.address(),
                  0L),
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
              SENDMMSG.invokeExact(
                  errno, (long) fd, msgvec.address(), (long) vlen, (long) flags, 0L, 0L),
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
      return orErrno(
          (long) READ.invokeExact(errno, (long) fd, buf.address(), count, 0L, 0L, 0L), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(buf);
    }
  }

  @Override
  public int write(MemorySegment errno, int fd, MemorySegment buf, long count) {
    try {
      return orErrno(
          (long) WRITE.invokeExact(errno, (long) fd, buf.address(), count, 0L, 0L, 0L), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    } finally {
      Reference.reachabilityFence(buf);
    }
  }

  @Override
  public int fcntl(MemorySegment errno, int fd, int cmd, int arg) {
    try {
      return orErrno(
          (long) FCNTL.invokeExact(errno, (long) fd, (long) cmd, (long) arg, 0L, 0L, 0L), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int pipe2(MemorySegment errno, MemorySegment fds, int flags) {
    try {
      return orErrno(
          (long) PIPE2.invokeExact(errno, fds.address(), (long) flags, 0L, 0L, 0L, 0L), errno);
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
              IOCTL.invokeExact(
                  errno, (long) fd, Integer.toUnsignedLong(request), argp.address(), 0L, 0L, 0L),
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
      return orErrno(
          (long) TCGETATTR.invokeExact(errno, (long) fd, termios.address(), 0L, 0L, 0L, 0L), errno);
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
          (long)
              TCSETATTR.invokeExact(
                  errno, (long) fd, (long) actions, termios.address(), 0L, 0L, 0L),
          errno);
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
          (long) OPEN.invokeExact(errno, pathname.address(), (long) flags, (long) mode, 0L, 0L, 0L),
          errno);
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
                  statxbuf.address(),
                  0L),
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
      return orErrno(
          (long) EPOLL_CREATE1.invokeExact(errno, (long) flags, 0L, 0L, 0L, 0L, 0L), errno);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public int epoll_ctl(MemorySegment errno, int epfd, int op, int fd, MemorySegment event) {
    try {
      return orErrno(
          (long)
              EPOLL_CTL.invokeExact(
                  errno, (long) epfd, (long) op, (long) fd, event.address(), 0L, 0L),
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
                  errno, (long) epfd, events.address(), (long) max, (long) timeoutMillis, 0L, 0L),
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
                  errno, (long) epfd, events.address(), (long) max, timeout.address(), 0L, 0L),
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
      return orErrno(
          (long) EVENTFD.invokeExact(errno, (long) initval, (long) flags, 0L, 0L, 0L, 0L), errno);
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
      return orErrno(
          (long) GETCONTEXT.invokeExact(errno, ucp.address(), 0L, 0L, 0L, 0L, 0L), errno);
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
}
