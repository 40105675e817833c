// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The exceptions of this package: one class for one errno, whatever the tier.
final class PipeFailures {
  private PipeFailures() {}

  /// Returns the exception for a failed call.
  static IOException of(String call, int errno) {
    return errno == Errno.EPIPE
        ? new BrokenPipeException(Errno.message(call, errno))
        : Errno.ioException(call, errno);
  }

  /// Returns the exception for a failed open.
  static IOException ofOpen(Path path, int errno) {
    String file = path.toString();
    String reason = Errno.describe(errno);
    return switch (errno) {
      case Errno.ENOENT -> new NoSuchFileException(file);
      case Errno.EACCES, Errno.EPERM, Errno.EROFS -> new AccessDeniedException(file, null, reason);
      default -> new FileSystemException(file, null, reason);
    };
  }

  /// Returns what the JDK threw as the exception of this package, or as it is.
  static IOException translated(String what, IOException e) {
    return "Broken pipe".equals(e.getMessage())
        ? new BrokenPipeException(Errno.message(what, Errno.EPIPE), e)
        : e;
  }

  /// Returns the exception for what is no pipe.
  static IllegalArgumentException noPipe(String what) {
    return new IllegalArgumentException("Pipe transport is for pipes/sockets only: " + what);
  }
}
