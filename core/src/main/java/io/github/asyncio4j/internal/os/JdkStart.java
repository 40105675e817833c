// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Starts a child by a [ProcessBuilder]: the portable tier.
final class JdkStart implements Start {
  // Cannot run program "x": Exec failed, error: 2 (No such file or directory)
  private static final Pattern ERROR = Pattern.compile("error[:=] ?(\\d+)");

  // /no/such/file (No such file or directory)
  private static final Pattern FILE_FAILURE = Pattern.compile("(.*) \\((.*)\\)", Pattern.DOTALL);

  private final Command command;
  private final SubprocessOptions options;

  /// @param options with all three standard streams
  JdkStart(Command command, SubprocessOptions options) {
    this.command = command;
    this.options = options;
  }

  @Override
  public Started run() throws IOException {
    refuseWhatNeedsDescriptors();
    refuseWhatTheJdkWouldChange();
    var builder = new ProcessBuilder(programAndArguments());
    Path cwd = options.cwd();
    if (cwd != null) {
      builder.directory(cwd.toFile());
    }
    Map<String, String> env = options.env();
    if (env != null) {
      builder.environment().clear();
      builder.environment().putAll(env);
    }
    Stdio stdin = Objects.requireNonNull(options.stdin());
    Stdio stdout = Objects.requireNonNull(options.stdout());
    Stdio stderr = Objects.requireNonNull(options.stderr());
    builder.redirectInput(redirect(stdin, true)).redirectOutput(redirect(stdout, false));
    if (stderr == Stdio.STDOUT) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(redirect(stderr, false));
    }
    return new JdkStarted(start(builder), stdin, stdout, stderr);
  }

  private record JdkStarted(Process process, Stdio stdin, Stdio stdout, Stdio stderr)
      implements Started {
    @Override
    public ChildProcess adopt(Lowlevel lowlevel, Child.Listener listener) {
      try {
        return new ChildProcess(
            new JdkChild(lowlevel, process, listener),
            stdin == Stdio.PIPE ? WritePipe.of(process.getOutputStream()) : null,
            stdout == Stdio.PIPE ? ReadPipe.of(process.getInputStream()) : null,
            stderr == Stdio.PIPE ? ReadPipe.of(process.getErrorStream()) : null,
            null);
      } catch (Throwable t) {
        // It closes our ends, and a thread of the JDK waits for it.
        process.destroyForcibly();
        throw t;
      }
    }

    @Override
    public void abandon() {
      try {
        var _ = process.destroyForcibly().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// The JDK encodes arguments in the charset of the locale, and puts a `?` for what it has not.
  private void refuseWhatTheJdkWouldChange() {
    var charset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    var encoder = charset.newEncoder();
    for (String argument : command.arguments()) {
      if (!encoder.canEncode(argument)) {
        throw new IllegalArgumentException(
            "the locale's charset " + charset + " cannot encode the argument: " + argument);
      }
    }
  }

  private void refuseWhatNeedsDescriptors() {
    if (options.startNewSession()) {
      throw Native.unsupported("startNewSession(true) of a child process");
    }
    if (options.processGroup() != null) {
      throw Native.unsupported("processGroup(" + options.processGroup() + ") of a child process");
    }
    if (options.pty() != null) {
      throw Native.unsupported("pty(" + options.pty() + ") of a child process");
    }
    if (!options.passFds().isEmpty()) {
      throw Native.unsupported("passFds(" + options.passFds() + ") of a child process");
    }
    if (!options.restoreSignals()) {
      throw Native.unsupported("restoreSignals(false) of a child process");
    }
  }

  /// The JDK looks in the `PATH` of this process, which need not be the child's.
  private List<String> programAndArguments() throws IOException {
    if (options.env() == null) {
      return command.arguments();
    }
    var found = new ArrayList<>(command.arguments());
    found.set(0, new ProgramSearch(command, options.cwd()).find());
    return found;
  }

  private static Redirect redirect(Stdio stream, boolean isInput) {
    return switch (stream) {
      case Stdio.Plain.PIPE, Stdio.Plain.STDOUT -> Redirect.PIPE;
      case Stdio.Plain.INHERIT -> Redirect.INHERIT;
      case Stdio.Plain.DEVNULL -> isInput ? Redirect.from(new File("/dev/null")) : Redirect.DISCARD;
      case Stdio.FileInput(Path file) -> Redirect.from(file.toFile());
      case Stdio.FileOutput(Path file, boolean append) ->
          append ? Redirect.appendTo(file.toFile()) : Redirect.to(file.toFile());
      case Stdio.Descriptor(int fd) ->
          throw Native.unsupported("descriptor " + fd + " of a child process");
    };
  }

  private Process start(ProcessBuilder builder) throws IOException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw translated(e);
    }
  }

  private IOException translated(IOException failure) {
    if (failure.getCause() instanceof FileNotFoundException e) {
      return ofFile(e);
    }
    Matcher error = ERROR.matcher(String.valueOf(failure.getMessage()));
    if (!error.find()) {
      return failure;
    }
    FileSystemException told =
        SpawnFailure.of(Integer.parseInt(error.group(1)), command, options.cwd());
    told.initCause(failure);
    return told;
  }

  private static IOException ofFile(FileNotFoundException failure) {
    Matcher said = FILE_FAILURE.matcher(String.valueOf(failure.getMessage()));
    if (!said.matches()) {
      return failure;
    }
    FileSystemException told =
        SpawnFailure.ofFile(Errno.ofText(said.group(2)), Path.of(said.group(1)));
    told.initCause(failure);
    return told;
  }
}
