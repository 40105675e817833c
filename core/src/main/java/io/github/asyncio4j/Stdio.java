// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.nio.file.Path;
import java.util.Objects;

/// What a standard stream of a child process is (EL-130): the values of `stdin`, `stdout` and
/// `stderr` of [SubprocessOptions]. Any thread.
public sealed interface Stdio {
  /// A pipe between this process and the child.
  Stdio PIPE = Plain.PIPE;

  /// What this process has itself: asyncio's `None`. What the child reads from a terminal, or
  /// writes to it, this process does not see.
  Stdio INHERIT = Plain.INHERIT;

  /// Nothing: the child reads the end of its input at once, and what it writes is gone.
  Stdio DEVNULL = Plain.DEVNULL;

  /// The same as the child's standard output; for `stderr` only.
  Stdio STDOUT = Plain.STDOUT;

  /// Returns a file that the child reads, for `stdin`.
  ///
  /// A terminal that is opened so controls nobody: no Ctrl-C comes from it, though the child leads
  /// a session. [SubprocessOptions#pty] gives a child one that does. (Without native access the JDK
  /// opens it, and a JVM that leads a session without a terminal gets this one.)
  static Stdio from(Path file) {
    return new FileInput(file);
  }

  /// Returns a file that the child writes, from its beginning on: it is made if need be, and what
  /// was in it is gone. For `stdout` and `stderr`.
  static Stdio to(Path file) {
    return new FileOutput(file, false);
  }

  /// Returns a file that the child appends to; it is made if need be. For `stdout` and `stderr`.
  static Stdio appendTo(Path file) {
    return new FileOutput(file, true);
  }

  /// Returns an open descriptor of this process; it stays the caller's, who may close it when the
  /// child is started. Native tier only. It should be blocking: most programs expect that.
  ///
  /// @throws IllegalArgumentException when it is negative
  static Stdio descriptor(int fd) {
    return new Descriptor(fd);
  }

  /// The values that need no more than their name.
  enum Plain implements Stdio {
    /// See [Stdio#PIPE].
    PIPE,
    /// See [Stdio#INHERIT].
    INHERIT,
    /// See [Stdio#DEVNULL].
    DEVNULL,
    /// See [Stdio#STDOUT].
    STDOUT
  }

  /// See [Stdio#from(Path)].
  record FileInput(Path file) implements Stdio {
    /// Checks the file.
    public FileInput {
      Objects.requireNonNull(file, "file");
    }
  }

  /// See [Stdio#to(Path)] and [Stdio#appendTo(Path)].
  record FileOutput(Path file, boolean append) implements Stdio {
    /// Checks the file.
    public FileOutput {
      Objects.requireNonNull(file, "file");
    }
  }

  /// See [Stdio#descriptor(int)].
  record Descriptor(int fd) implements Stdio {
    /// Checks the number.
    public Descriptor {
      if (fd < 0) {
        throw new IllegalArgumentException("Invalid file descriptor: " + fd);
      }
    }
  }
}
