// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.MemorySegment;

/// The system calls that the library makes: the one seam between it and the kernel.
///
/// Each method is the C function of its name (see its man page), called once: no retry. It returns
/// what the function returns when that is not negative, else `-errno`; see [Errno]. Any thread.
///
/// `errno` is where the error number is captured: four bytes that no other thread uses meanwhile.
/// [#recv], [#send] and [#sendmsg] are *critical*: they must return soon, so use them on
/// non-blocking descriptors, with `MSG_DONTWAIT` and at most [#MAX_CRITICAL_BYTES]. Only what they
/// receive into or send from may be on the heap; all other memory is native.
///
/// An address argument is a pointer; `MemorySegment.NULL` is the null pointer.
public interface Syscalls extends ProcessSyscalls {
  /// The most bytes that a critical call should move: the garbage collector waits for it.
  int MAX_CRITICAL_BYTES = 256 * 1024;

  int socket(MemorySegment errno, int domain, int type, int protocol);

  /// Opens two connected sockets.
  ///
  /// @param sv room for two ints
  int socketpair(MemorySegment errno, int domain, int type, int protocol, MemorySegment sv);

  int bind(MemorySegment errno, int fd, MemorySegment addr, int addrlen);

  int listen(MemorySegment errno, int fd, int backlog);

  int accept4(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen, int flags);

  int connect(MemorySegment errno, int fd, MemorySegment addr, int addrlen);

  int getsockname(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen);

  int getpeername(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen);

  int getsockopt(
      MemorySegment errno, int fd, int level, int name, MemorySegment value, MemorySegment len);

  int setsockopt(MemorySegment errno, int fd, int level, int name, MemorySegment value, int len);

  int shutdown(MemorySegment errno, int fd, int how);

  int close(MemorySegment errno, int fd);

  /// Critical. Receives into native memory, which the caller keeps alive: nothing is checked.
  int recv(MemorySegment errno, int fd, long address, long len, int flags);

  /// Critical. Receives into memory that may be on the heap.
  int recv(MemorySegment errno, int fd, MemorySegment buf, long len, int flags);

  /// Critical. Sends from native memory, which the caller keeps alive: nothing is checked.
  int send(MemorySegment errno, int fd, long address, long len, int flags);

  /// Critical. Sends from memory that may be on the heap.
  int send(MemorySegment errno, int fd, MemorySegment buf, long len, int flags);

  /// Critical. The message and what it points to are native memory.
  int sendmsg(MemorySegment errno, int fd, MemorySegment msg, int flags);

  /// Receives several datagrams: with `MSG_DONTWAIT` those that there are. Not critical, since they
  /// may be large.
  ///
  /// @param msgvec [Mmsghdr#segment()]; it and what it points to are native memory
  /// @param timeout a `timespec`, or null for no limit
  /// @return how many; what fails behind the first one is told by the next call
  int recvmmsg(
      MemorySegment errno,
      int fd,
      MemorySegment msgvec,
      int vlen,
      int flags,
      MemorySegment timeout);

  /// Sends several datagrams. Not critical, since they may be large.
  ///
  /// @param msgvec [Mmsghdr#segment()]; it and what it points to are native memory
  /// @return how many have gone; an error is one of the first
  int sendmmsg(MemorySegment errno, int fd, MemorySegment msgvec, int vlen, int flags);

  int read(MemorySegment errno, int fd, MemorySegment buf, long count);

  int write(MemorySegment errno, int fd, MemorySegment buf, long count);

  int fcntl(MemorySegment errno, int fd, int cmd, int arg);

  /// Opens a pipe.
  ///
  /// @param fds room for two ints
  int pipe2(MemorySegment errno, MemorySegment fds, int flags);

  /// Has a device do something: ioctl(2).
  ///
  /// @param argp what the request says: a pointer, or a number as one
  int ioctl(MemorySegment errno, int fd, int request, MemorySegment argp);

  /// Asks for the mode of a terminal: termios(3).
  ///
  /// @param termios [Termios#segment()]
  int tcgetattr(MemorySegment errno, int fd, MemorySegment termios);

  /// Sets the mode of a terminal: termios(3).
  ///
  /// @param termios [Termios#segment()]
  int tcsetattr(MemorySegment errno, int fd, int actions, MemorySegment termios);

  /// Opens a file. May block, as the first end of a FIFO without `O_NONBLOCK` does.
  ///
  /// @param pathname ends with a zero byte
  int open(MemorySegment errno, MemorySegment pathname, int flags, int mode);

  /// Tells about a file. Returns `-ENOSYS` also when the C library does not have it.
  ///
  /// @param statxbuf [Statx#segment()]
  int statx(
      MemorySegment errno,
      int dirfd,
      MemorySegment pathname,
      int flags,
      int mask,
      MemorySegment statxbuf);

  int epoll_create1(MemorySegment errno, int flags);

  int epoll_ctl(MemorySegment errno, int epfd, int op, int fd, MemorySegment event);

  int epoll_wait(MemorySegment errno, int epfd, MemorySegment events, int max, int timeoutMillis);

  /// Returns `-ENOSYS` also when the C library does not have it.
  ///
  /// @param timeout a `timespec`, or null for no limit
  int epoll_pwait2(
      MemorySegment errno, int epfd, MemorySegment events, int max, MemorySegment timeout);

  int eventfd(MemorySegment errno, int initval, int flags);

  /// Needs no memory at all, so any thread may call it at any time.
  ///
  /// @return 0, or -1 for an error; the errno is lost
  int eventfd_write(int fd, long value);
}
