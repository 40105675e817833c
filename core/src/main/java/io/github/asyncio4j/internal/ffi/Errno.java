// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;

/// Error numbers of Linux (asm-generic): their names, texts and exceptions. Any thread.
///
/// The text of an exception is the call, then the name, then what `strerror` says in the C locale:
/// `connect(fd 7, /127.0.0.1:1): ECONNREFUSED (Connection refused)`.
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int ECHILD = 10;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ENOTTY = 25;
  public static final int ETXTBSY = 26;
  public static final int EFBIG = 27;
  public static final int ENOSPC = 28;
  public static final int ESPIPE = 29;
  public static final int EROFS = 30;
  public static final int EPIPE = 32;
  public static final int ERANGE = 34;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int ENONET = 64;
  public static final int EPROTO = 71;
  public static final int ENOTSOCK = 88;
  public static final int EDESTADDRREQ = 89;
  public static final int EMSGSIZE = 90;
  public static final int EPROTOTYPE = 91;
  public static final int ENOPROTOOPT = 92;
  public static final int EPROTONOSUPPORT = 93;
  public static final int EOPNOTSUPP = 95;
  public static final int EPFNOSUPPORT = 96;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ENETRESET = 102;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int EISCONN = 106;
  public static final int ENOTCONN = 107;
  public static final int ESHUTDOWN = 108;
  public static final int ETIMEDOUT = 110;
  public static final int ECONNREFUSED = 111;
  public static final int EHOSTDOWN = 112;
  public static final int EHOSTUNREACH = 113;
  public static final int EALREADY = 114;
  public static final int EINPROGRESS = 115;
  public static final int ESTALE = 116;
  public static final int ECANCELED = 125;

  private static final Map<Integer, Entry> ENTRIES = new HashMap<>();
  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    add(EPERM, "EPERM", "Operation not permitted");
    add(ENOENT, "ENOENT", "No such file or directory");
    add(ESRCH, "ESRCH", "No such process");
    add(EINTR, "EINTR", "Interrupted system call");
    add(EIO, "EIO", "Input/output error");
    add(ENXIO, "ENXIO", "No such device or address");
    add(E2BIG, "E2BIG", "Argument list too long");
    add(ENOEXEC, "ENOEXEC", "Exec format error");
    add(EBADF, "EBADF", "Bad file descriptor");
    add(ECHILD, "ECHILD", "No child processes");
    add(EAGAIN, "EAGAIN", "Resource temporarily unavailable");
    add(ENOMEM, "ENOMEM", "Cannot allocate memory");
    add(EACCES, "EACCES", "Permission denied");
    add(EFAULT, "EFAULT", "Bad address");
    add(EBUSY, "EBUSY", "Device or resource busy");
    add(EEXIST, "EEXIST", "File exists");
    add(EXDEV, "EXDEV", "Invalid cross-device link");
    add(ENODEV, "ENODEV", "No such device");
    add(ENOTDIR, "ENOTDIR", "Not a directory");
    add(EISDIR, "EISDIR", "Is a directory");
    add(EINVAL, "EINVAL", "Invalid argument");
    add(ENFILE, "ENFILE", "Too many open files in system");
    add(EMFILE, "EMFILE", "Too many open files");
    add(ENOTTY, "ENOTTY", "Inappropriate ioctl for device");
    add(ETXTBSY, "ETXTBSY", "Text file busy");
    add(EFBIG, "EFBIG", "File too large");
    add(ENOSPC, "ENOSPC", "No space left on device");
    add(ESPIPE, "ESPIPE", "Illegal seek");
    add(EROFS, "EROFS", "Read-only file system");
    add(EPIPE, "EPIPE", "Broken pipe");
    add(ERANGE, "ERANGE", "Numerical result out of range");
    add(ENAMETOOLONG, "ENAMETOOLONG", "File name too long");
    add(ENOSYS, "ENOSYS", "Function not implemented");
    add(ELOOP, "ELOOP", "Too many levels of symbolic links");
    add(ENONET, "ENONET", "Machine is not on the network");
    add(EPROTO, "EPROTO", "Protocol error");
    add(ENOTSOCK, "ENOTSOCK", "Socket operation on non-socket");
    add(EDESTADDRREQ, "EDESTADDRREQ", "Destination address required");
    add(EMSGSIZE, "EMSGSIZE", "Message too long");
    add(EPROTOTYPE, "EPROTOTYPE", "Protocol wrong type for socket");
    add(ENOPROTOOPT, "ENOPROTOOPT", "Protocol not available");
    add(EPROTONOSUPPORT, "EPROTONOSUPPORT", "Protocol not supported");
    add(EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported");
    add(EPFNOSUPPORT, "EPFNOSUPPORT", "Protocol family not supported");
    add(EAFNOSUPPORT, "EAFNOSUPPORT", "Address family not supported by protocol");
    add(EADDRINUSE, "EADDRINUSE", "Address already in use");
    add(EADDRNOTAVAIL, "EADDRNOTAVAIL", "Cannot assign requested address");
    add(ENETDOWN, "ENETDOWN", "Network is down");
    add(ENETUNREACH, "ENETUNREACH", "Network is unreachable");
    add(ENETRESET, "ENETRESET", "Network dropped connection on reset");
    add(ECONNABORTED, "ECONNABORTED", "Software caused connection abort");
    add(ECONNRESET, "ECONNRESET", "Connection reset by peer");
    add(ENOBUFS, "ENOBUFS", "No buffer space available");
    add(EISCONN, "EISCONN", "Transport endpoint is already connected");
    add(ENOTCONN, "ENOTCONN", "Transport endpoint is not connected");
    add(ESHUTDOWN, "ESHUTDOWN", "Cannot send after transport endpoint shutdown");
    add(ETIMEDOUT, "ETIMEDOUT", "Connection timed out");
    add(ECONNREFUSED, "ECONNREFUSED", "Connection refused");
    add(EHOSTDOWN, "EHOSTDOWN", "Host is down");
    add(EHOSTUNREACH, "EHOSTUNREACH", "No route to host");
    add(EALREADY, "EALREADY", "Operation already in progress");
    add(EINPROGRESS, "EINPROGRESS", "Operation now in progress");
    add(ESTALE, "ESTALE", "Stale file handle");
    add(ECANCELED, "ECANCELED", "Operation canceled");
  }

  private Errno() {}

  private static void add(int errno, String name, String text) {
    ENTRIES.put(errno, new Entry(name, text));
    NUMBERS.put(text, errno);
  }

  /// Returns the name, for example `EAGAIN`; `errno 4711` for one that is not known here.
  public static String name(int errno) {
    Entry entry = ENTRIES.get(errno);
    return entry == null ? "errno " + errno : entry.name;
  }

  /// Returns name and text, for example `EAGAIN (Resource temporarily unavailable)`.
  public static String describe(int errno) {
    Entry entry = ENTRIES.get(errno);
    return entry == null ? "errno " + errno : entry.name + " (" + entry.text + ")";
  }

  /// Returns the error number of a text of `strerror`, or 0 when it is not known.
  ///
  /// The JDK's exceptions carry nothing but this text. It is that of the C locale or of the user's.
  public static int ofText(String text) {
    return NUMBERS.getOrDefault(text, 0);
  }

  /// Returns the exception for a call that has nothing to do with sockets.
  public static IOException ioException(String call, int errno) {
    return new IOException(message(call, errno));
  }

  /// Returns the exception for a failed call on a socket, other than bind, listen or connect.
  public static SocketException socketException(String call, int errno) {
    return switch (errno) {
      case EHOSTUNREACH, ENETUNREACH -> new NoRouteToHostException(message(call, errno));
      default -> new SocketException(message(call, errno));
    };
  }

  /// Returns the exception for a failed connect.
  public static SocketException connectException(String call, int errno) {
    return switch (errno) {
      case EHOSTUNREACH, ENETUNREACH -> new NoRouteToHostException(message(call, errno));
      case ECONNREFUSED,
          ETIMEDOUT,
          ECONNRESET,
          ENETDOWN,
          EHOSTDOWN,
          EADDRNOTAVAIL,
          EADDRINUSE,
          EACCES,
          EPERM,
          ENOENT ->
          new ConnectException(message(call, errno));
      default -> new SocketException(message(call, errno));
    };
  }

  /// Returns the text of an exception.
  public static String message(String call, int errno) {
    return call + ": " + describe(errno);
  }

  private record Entry(String name, String text) {}
}
