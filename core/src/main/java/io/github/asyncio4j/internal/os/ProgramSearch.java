// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Looks for a program as execvp(3) does, in a `PATH` that need not be this process's own.
record ProgramSearch(Command command, @Nullable Path cwd) {
  /// Returns the path of the program, from the directory in which the child starts.
  ///
  /// @throws NoSuchFileException when there is none
  /// @throws AccessDeniedException when what there is may not be executed
  String find() throws IOException {
    String program = command.program();
    if (program.indexOf('/') >= 0) {
      return check(program, false) ? program : missing(program);
    }
    boolean denied = false;
    for (String directory : command.path().split(":", -1)) {
      String candidate = directory.isEmpty() ? "./" + program : directory + "/" + program;
      if (!program.isEmpty() && check(candidate, true)) {
        return candidate;
      }
      denied |= Files.isRegularFile(at(candidate));
    }
    if (denied) {
      throw new AccessDeniedException(program, null, "not executable");
    }
    return missing(program);
  }

  private boolean check(String candidate, boolean goOn) throws AccessDeniedException {
    Path file = at(candidate);
    if (!Files.isRegularFile(file)) {
      return false;
    }
    if (!Files.isExecutable(file)) {
      if (goOn) {
        return false;
      }
      throw new AccessDeniedException(candidate, null, "not executable");
    }
    return true;
  }

  private Path at(String candidate) {
    return cwd == null ? Path.of(candidate) : cwd.resolve(candidate);
  }

  private String missing(String program) throws NoSuchFileException {
    throw new NoSuchFileException(
        program, null, program.indexOf('/') >= 0 ? "no such program" : "not in " + command.path());
  }
}
