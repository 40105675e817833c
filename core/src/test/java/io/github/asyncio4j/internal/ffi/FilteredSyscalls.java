// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.MemorySegment;

/// System calls that pass through one hook on their way to others. For tests.
abstract class FilteredSyscalls extends FilteredProcessSyscalls {
  private final Syscalls next;

  FilteredSyscalls(Syscalls next) {
    super(next);
    this.next = next;
  }

  @Override
  public final int socket(MemorySegment errno, int domain, int type, int protocol) {
    return around("socket", -1, -1, _ -> next.socket(errno, domain, type, protocol));
  }

  @Override
  public final int socketpair(
      MemorySegment errno, int domain, int type, int protocol, MemorySegment sv) {
    return around("socketpair", -1, -1, _ -> next.socketpair(errno, domain, type, protocol, sv));
  }

  @Override
  public final int bind(MemorySegment errno, int fd, MemorySegment addr, int addrlen) {
    return around("bind", fd, -1, _ -> next.bind(errno, fd, addr, addrlen));
  }

  @Override
  public final int listen(MemorySegment errno, int fd, int backlog) {
    return around("listen", fd, -1, _ -> next.listen(errno, fd, backlog));
  }

  @Override
  public final int accept4(
      MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen, int flags) {
    return around("accept4", fd, -1, _ -> next.accept4(errno, fd, addr, addrlen, flags));
  }

  @Override
  public final int connect(MemorySegment errno, int fd, MemorySegment addr, int addrlen) {
    return around("connect", fd, -1, _ -> next.connect(errno, fd, addr, addrlen));
  }

  @Override
  public final int getsockname(
      MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen) {
    return around("getsockname", fd, -1, _ -> next.getsockname(errno, fd, addr, addrlen));
  }

  @Override
  public final int getpeername(
      MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen) {
    return around("getpeername", fd, -1, _ -> next.getpeername(errno, fd, addr, addrlen));
  }

  @Override
  public final int getsockopt(
      MemorySegment errno, int fd, int level, int name, MemorySegment value, MemorySegment len) {
    return around("getsockopt", fd, -1, _ -> next.getsockopt(errno, fd, level, name, value, len));
  }

  @Override
  public final int setsockopt(
      MemorySegment errno, int fd, int level, int name, MemorySegment value, int len) {
    return around("setsockopt", fd, -1, _ -> next.setsockopt(errno, fd, level, name, value, len));
  }

  @Override
  public final int shutdown(MemorySegment errno, int fd, int how) {
    return around("shutdown", fd, -1, _ -> next.shutdown(errno, fd, how));
  }

  @Override
  public final int close(MemorySegment errno, int fd) {
    return around("close", fd, -1, _ -> next.close(errno, fd));
  }

  @Override
  public final int recv(MemorySegment errno, int fd, long address, long len, int flags) {
    return around("recv", fd, len, n -> next.recv(errno, fd, address, n, flags));
  }

  @Override
  public final int recv(MemorySegment errno, int fd, MemorySegment buf, long len, int flags) {
    return around("recv", fd, len, n -> next.recv(errno, fd, buf, n, flags));
  }

  @Override
  public final int send(MemorySegment errno, int fd, long address, long len, int flags) {
    return around("send", fd, len, n -> next.send(errno, fd, address, n, flags));
  }

  @Override
  public final int send(MemorySegment errno, int fd, MemorySegment buf, long len, int flags) {
    return around("send", fd, len, n -> next.send(errno, fd, buf, n, flags));
  }

  @Override
  public final int sendmsg(MemorySegment errno, int fd, MemorySegment msg, int flags) {
    return around(
        "sendmsg",
        fd,
        Msghdr.bytes(msg),
        n -> Msghdr.withAtMost(msg, n, () -> next.sendmsg(errno, fd, msg, flags)));
  }

  @Override
  public final int recvmmsg(
      MemorySegment errno,
      int fd,
      MemorySegment msgvec,
      int vlen,
      int flags,
      MemorySegment timeout) {
    return around("recvmmsg", fd, -1, _ -> next.recvmmsg(errno, fd, msgvec, vlen, flags, timeout));
  }

  @Override
  public final int sendmmsg(
      MemorySegment errno, int fd, MemorySegment msgvec, int vlen, int flags) {
    return around("sendmmsg", fd, -1, _ -> next.sendmmsg(errno, fd, msgvec, vlen, flags));
  }

  @Override
  public final int read(MemorySegment errno, int fd, MemorySegment buf, long count) {
    return around("read", fd, count, n -> next.read(errno, fd, buf, n));
  }

  @Override
  public final int write(MemorySegment errno, int fd, MemorySegment buf, long count) {
    return around("write", fd, count, n -> next.write(errno, fd, buf, n));
  }

  @Override
  public final int fcntl(MemorySegment errno, int fd, int cmd, int arg) {
    return around("fcntl", fd, -1, _ -> next.fcntl(errno, fd, cmd, arg));
  }

  @Override
  public final int pipe2(MemorySegment errno, MemorySegment fds, int flags) {
    return around("pipe2", -1, -1, _ -> next.pipe2(errno, fds, flags));
  }

  @Override
  public final int ioctl(MemorySegment errno, int fd, int request, MemorySegment argp) {
    return around("ioctl", fd, -1, _ -> next.ioctl(errno, fd, request, argp));
  }

  @Override
  public final int tcgetattr(MemorySegment errno, int fd, MemorySegment termios) {
    return around("tcgetattr", fd, -1, _ -> next.tcgetattr(errno, fd, termios));
  }

  @Override
  public final int tcsetattr(MemorySegment errno, int fd, int actions, MemorySegment termios) {
    return around("tcsetattr", fd, -1, _ -> next.tcsetattr(errno, fd, actions, termios));
  }

  @Override
  public final int open(MemorySegment errno, MemorySegment pathname, int flags, int mode) {
    return around("open", -1, -1, _ -> next.open(errno, pathname, flags, mode));
  }

  @Override
  public final int statx(
      MemorySegment errno,
      int dirfd,
      MemorySegment pathname,
      int flags,
      int mask,
      MemorySegment statxbuf) {
    return around(
        "statx", dirfd, -1, _ -> next.statx(errno, dirfd, pathname, flags, mask, statxbuf));
  }

  @Override
  public final int epoll_create1(MemorySegment errno, int flags) {
    return around("epoll_create1", -1, -1, _ -> next.epoll_create1(errno, flags));
  }

  @Override
  public final int epoll_ctl(MemorySegment errno, int epfd, int op, int fd, MemorySegment event) {
    return around("epoll_ctl", fd, -1, _ -> next.epoll_ctl(errno, epfd, op, fd, event));
  }

  @Override
  public final int epoll_wait(
      MemorySegment errno, int epfd, MemorySegment events, int max, int timeoutMillis) {
    return around(
        "epoll_wait", epfd, -1, _ -> next.epoll_wait(errno, epfd, events, max, timeoutMillis));
  }

  @Override
  public final int epoll_pwait2(
      MemorySegment errno, int epfd, MemorySegment events, int max, MemorySegment timeout) {
    return around(
        "epoll_pwait2", epfd, -1, _ -> next.epoll_pwait2(errno, epfd, events, max, timeout));
  }

  @Override
  public final int eventfd(MemorySegment errno, int initval, int flags) {
    return around("eventfd", -1, -1, _ -> next.eventfd(errno, initval, flags));
  }

  @Override
  public final int eventfd_write(int fd, long value) {
    return around("eventfd_write", fd, -1, _ -> next.eventfd_write(fd, value));
  }
}
