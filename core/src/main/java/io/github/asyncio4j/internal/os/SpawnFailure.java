// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.internal.ffi.Errno;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Why a child could not be started: an exception that names what is wrong, on both tiers.
final class SpawnFailure {
  /*
   * The system gives one number for all that a child does before it is its program. What it may be
   * about is looked at afterwards: the working directory, a program that is there though the system
   * says that something is not, which is then its interpreter.
   */

  private SpawnFailure() {}

  /// Returns the exception for a number of an error.
  static FileSystemException of(int errno, Command command, @Nullable Path cwd) {
    boolean isOfPath = errno == Errno.ENOENT || errno == Errno.EACCES || errno == Errno.ENOTDIR;
    if (isOfPath && cwd != null) {
      FileSystemException wrong = ofDirectory(errno, cwd);
      if (wrong != null) {
        return wrong;
      }
    }
    String program = command.program();
    String reason = Errno.describe(errno);
    return switch (errno) {
      case Errno.ENOENT ->
          new NoSuchFileException(
              program, null, isThere(program, cwd) ? reason + ": its interpreter" : reason);
      case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(program, null, reason);
      default -> new FileSystemException(program, null, "cannot be started: " + reason);
    };
  }

  private static @Nullable FileSystemException ofDirectory(int errno, Path cwd) {
    String name = cwd.toString();
    if (!Files.exists(cwd)) {
      return new NoSuchFileException(name, null, "no such working directory");
    }
    if (!Files.isDirectory(cwd)) {
      return new NotDirectoryException(name);
    }
    return errno == Errno.EACCES && !Files.isExecutable(cwd)
        ? new AccessDeniedException(name, null, "working directory")
        : null;
  }

  private static boolean isThere(String program, @Nullable Path cwd) {
    return program.indexOf('/') >= 0
        && Files.exists(cwd == null ? Path.of(program) : cwd.resolve(program));
  }

  /// Returns the exception for a file that a standard stream could not be.
  static FileSystemException ofFile(int errno, Path file) {
    String name = file.toString();
    String reason = Errno.describe(errno);
    return switch (errno) {
      case Errno.ENOENT -> new NoSuchFileException(name, null, reason);
      case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(name, null, reason);
      default -> new FileSystemException(name, null, "cannot be opened: " + reason);
    };
  }
}
