// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.SubprocessOptions;
import java.io.IOException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A program and its arguments that can be given to the system.
///
/// @param program a path, or a name without a slash
/// @param arguments with the name that the program sees itself by
/// @param path where a name is looked for: a value of `PATH`
record Command(String program, List<String> arguments, String path) {
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  /// Checks a command.
  ///
  /// @throws IllegalArgumentException when it is empty, or something in it has no bytes that the
  ///   system could take
  /// @throws IOException when a program whose start nobody could tell the failure of is not there
  static Command of(List<String> command, SubprocessOptions options) throws IOException {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("the command is empty");
    }
    CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    for (int i = 0; i < command.size(); i++) {
      ensureEncodable(encoder, command.get(i), i == 0 ? "the program" : "argument " + i);
    }
    var env = options.env();
    if (env != null) {
      env.forEach((name, value) -> ensureEncodable(encoder, name + value, "the variable " + name));
    }
    String own = env == null ? System.getenv("PATH") : env.get("PATH");
    var plain =
        new Command(command.getFirst(), List.copyOf(command), own == null ? DEFAULT_PATH : own);
    Integer umask = options.umask();
    return umask == null ? plain : plain.withUmask(umask, options);
  }

  private static void ensureEncodable(CharsetEncoder encoder, String text, String what) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("NUL in " + what + ": " + text.replace("\0", "\\0"));
    }
    if (!encoder.canEncode(text)) {
      throw new IllegalArgumentException("unpaired surrogate in " + what + ": " + text);
    }
  }

  /// Returns a command of the shell that sets its umask and replaces itself by the program.
  private Command withUmask(int umask, SubprocessOptions options) throws IOException {
    // The shell could only tell by its exit status.
    new ProgramSearch(this, options.cwd()).find();
    var shell = new ArrayList<String>();
    shell.add("/bin/sh");
    shell.add("-c");
    shell.add("umask %04o; exec \"$@\"".formatted(umask));
    shell.add("sh");
    shell.addAll(arguments);
    return new Command(shell.getFirst(), shell, path);
  }
}
