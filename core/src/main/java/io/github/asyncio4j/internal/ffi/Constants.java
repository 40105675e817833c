// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

/// Constants of the Linux headers, the same on x86-64 and AArch64 (asm-generic).
public final class Constants {
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;

  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;

  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;

  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;

  public static final int SOL_SOCKET = 1;
  public static final int SO_REUSEADDR = 2;
  public static final int SO_TYPE = 3;
  public static final int SO_ERROR = 4;
  public static final int SO_BROADCAST = 6;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_KEEPALIVE = 9;
  public static final int SO_LINGER = 13;
  public static final int SO_REUSEPORT = 15;
  public static final int SO_PEERCRED = 17;
  public static final int SO_ACCEPTCONN = 30;
  public static final int SO_DOMAIN = 39;
  public static final int SO_MEMINFO = 55;
  // linux/sock_diag.h: which of the numbers of SO_MEMINFO, and how many there were at first.
  public static final int SK_MEMINFO_DROPS = 8;
  public static final int SK_MEMINFO_VARS = 9;
  public static final int IPPROTO_TCP = 6;
  public static final int TCP_NODELAY = 1;
  public static final int IPPROTO_IP = 0;
  public static final int IP_MULTICAST_IF = 32;
  public static final int IP_MULTICAST_TTL = 33;
  public static final int IP_MULTICAST_LOOP = 34;
  public static final int IPPROTO_IPV6 = 41;
  public static final int IPV6_MULTICAST_IF = 17;
  public static final int IPV6_MULTICAST_HOPS = 18;
  public static final int IPV6_MULTICAST_LOOP = 19;
  // At both levels.
  public static final int MCAST_JOIN_GROUP = 42;
  public static final int MCAST_LEAVE_GROUP = 45;
  public static final int MCAST_JOIN_SOURCE_GROUP = 46;
  public static final int MCAST_LEAVE_SOURCE_GROUP = 47;
  public static final int IPV6_V6ONLY = 26;

  public static final int F_GETFD = 1;
  public static final int F_SETFD = 2;
  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;
  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int FD_CLOEXEC = 1;
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_NOCTTY = 0x100;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_CREAT = 0x40;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;

  public static final int AT_EMPTY_PATH = 0x1000;
  public static final int STATX_TYPE = 1;
  public static final int S_IFMT = 0xF000;
  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFSOCK = 0xC000;

  // asm-generic/ioctls.h
  public static final int TIOCGWINSZ = 0x5413;
  public static final int TIOCSWINSZ = 0x5414;
  public static final int TIOCGPTN = 0x80045430;
  public static final int TIOCSPTLCK = 0x40045431;
  public static final int TIOCGPTPEER = 0x5441;
  public static final int TCSANOW = 0;

  public static final int EPOLL_CLOEXEC = 0x80000;
  public static final int EPOLL_CTL_ADD = 1;
  public static final int EPOLL_CTL_DEL = 2;
  public static final int EPOLL_CTL_MOD = 3;
  public static final int EPOLLIN = 1;
  public static final int EPOLLOUT = 4;
  public static final int EPOLLERR = 8;
  public static final int EPOLLHUP = 0x10;

  public static final int EFD_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;

  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;

  public static final int P_PID = 1;
  // Linux 5.4.
  public static final int P_PIDFD = 3;
  public static final int WNOHANG = 1;
  public static final int WEXITED = 4;
  public static final int CLD_EXITED = 1;

  // Linux 6.9.
  public static final int PIDFD_SIGNAL_PROCESS_GROUP = 4;

  public static final int POSIX_SPAWN_SETPGROUP = 2;
  public static final int POSIX_SPAWN_SETSIGDEF = 4;
  public static final int POSIX_SPAWN_SETSIGMASK = 8;
  public static final int POSIX_SPAWN_SETSID = 0x80;

  private Constants() {}
}
