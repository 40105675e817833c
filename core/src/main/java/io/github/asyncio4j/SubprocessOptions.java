// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.pipe.WindowSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of the calls that start a child process (EL-130). Immutable; each keyword
/// has a method of its name that returns a changed copy.
///
/// What the portable tier cannot do is refused by the call, with an [UnsupportedOperationException]
/// that names the flag: descriptors, sessions, process groups, pseudo-terminals,
/// `restoreSignals(false)`. There is nothing that runs Java code in the child (`preexec_fn`): no
/// thread of the JVM lives there.
public final class SubprocessOptions extends Options {
  /// Every keyword at its default.
  public static final SubprocessOptions DEFAULT = new SubprocessOptions();

  private static final int MAX_UMASK = 0777;

  // Written before the object is returned to anybody, never after.
  private @Nullable Stdio stdin;
  private @Nullable Stdio stdout;
  private @Nullable Stdio stderr;
  private @Nullable Path cwd;
  private @Nullable Map<String, String> env;
  private boolean startNewSession;
  private @Nullable Integer processGroup;
  private @Nullable WindowSize pty;
  private List<Integer> passFds = List.of();
  private boolean restoreSignals = true;
  private @Nullable Integer umask;

  private SubprocessOptions() {}

  private SubprocessOptions(SubprocessOptions other) {
    this.stdin = other.stdin;
    this.stdout = other.stdout;
    this.stderr = other.stderr;
    this.cwd = other.cwd;
    this.env = other.env;
    this.startNewSession = other.startNewSession;
    this.processGroup = other.processGroup;
    this.pty = other.pty;
    this.passFds = other.passFds;
    this.restoreSignals = other.restoreSignals;
    this.umask = other.umask;
  }

  /// Returns the child's standard input, or null for what the call has by default: a pipe for
  /// `subprocessExec` and `subprocessShell`, this process's own for `createSubprocessExec` and
  /// `createSubprocessShell` (SP-01).
  public @Nullable Stdio stdin() {
    return stdin;
  }

  /// Returns a copy with another standard input of the child.
  ///
  /// @param stdin null for the default of the call
  /// @throws IllegalArgumentException for [Stdio#STDOUT] and for a file to write to
  public SubprocessOptions stdin(@Nullable Stdio stdin) {
    if (stdin == Stdio.STDOUT || stdin instanceof Stdio.FileOutput) {
      throw new IllegalArgumentException("stdin cannot be " + stdin);
    }
    var copy = new SubprocessOptions(this);
    copy.stdin = stdin;
    return copy;
  }

  /// Returns the child's standard output, or null for the default of the call, as for [#stdin()].
  public @Nullable Stdio stdout() {
    return stdout;
  }

  /// Returns a copy with another standard output of the child.
  ///
  /// @param stdout null for the default of the call
  /// @throws IllegalArgumentException for [Stdio#STDOUT] and for a file to read from
  public SubprocessOptions stdout(@Nullable Stdio stdout) {
    if (stdout == Stdio.STDOUT || stdout instanceof Stdio.FileInput) {
      throw new IllegalArgumentException("stdout cannot be " + stdout);
    }
    var copy = new SubprocessOptions(this);
    copy.stdout = stdout;
    return copy;
  }

  /// Returns what the child writes errors to, or null for the default of the call, as for
  /// [#stdin()].
  public @Nullable Stdio stderr() {
    return stderr;
  }

  /// Returns a copy with another standard error output of the child.
  ///
  /// @param stderr [Stdio#STDOUT] merges both outputs; null for the default of the call
  /// @throws IllegalArgumentException for a file to read from
  public SubprocessOptions stderr(@Nullable Stdio stderr) {
    if (stderr instanceof Stdio.FileInput) {
      throw new IllegalArgumentException("stderr cannot be " + stderr);
    }
    var copy = new SubprocessOptions(this);
    copy.stderr = stderr;
    return copy;
  }

  /// Returns where the child starts, or null for the working directory of this process.
  public @Nullable Path cwd() {
    return cwd;
  }

  /// Returns a copy whose child starts in a directory. A program given by a relative path is looked
  /// for from there.
  public SubprocessOptions cwd(@Nullable Path cwd) {
    var copy = new SubprocessOptions(this);
    copy.cwd = cwd;
    return copy;
  }

  /// Returns the environment of the child, or null for that of this process.
  public @Nullable Map<String, String> env() {
    return env;
  }

  /// Returns a copy whose child has this environment and nothing else. A program given by a name is
  /// looked for in the `PATH` that it has.
  ///
  /// To add to what this process has, start with a copy of [System#getenv()].
  ///
  /// @param env copied; null for the environment of this process
  /// @throws IllegalArgumentException when a name is empty or has a `=` in it, or a name or a value
  ///   has a NUL
  public SubprocessOptions env(@Nullable Map<String, String> env) {
    var copy = new SubprocessOptions(this);
    copy.env = env == null ? null : Map.copyOf(env);
    if (copy.env != null) {
      copy.env.forEach(SubprocessOptions::ensureVariable);
    }
    return copy;
  }

  private static void ensureVariable(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0) {
      throw new IllegalArgumentException("illegal name of an environment variable: '" + name + "'");
    }
    if (name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "NUL in an environment variable: " + (name + "=" + value).replace("\0", "\\0"));
    }
  }

  /// Tells whether the child leads a session of its own.
  public boolean startNewSession() {
    return startNewSession;
  }

  /// Returns a copy whose child leads a session and a process group of its own (setsid(2)), or not:
  /// no terminal sends it signals, and `shutdown` of the process reaches all that it has started.
  public SubprocessOptions startNewSession(boolean startNewSession) {
    var copy = new SubprocessOptions(this);
    copy.startNewSession = startNewSession;
    return copy;
  }

  /// Returns the process group that the child joins, 0 for one of its own, null for that of this
  /// process.
  public @Nullable Integer processGroup() {
    return processGroup;
  }

  /// Returns a copy whose child joins a process group (setpgid(2)). One that leads a session leads
  /// its group too, so any other than 0 is refused by the call that starts it then.
  ///
  /// @param processGroup 0 for one of its own; null for that of this process
  /// @throws IllegalArgumentException when it is negative
  public SubprocessOptions processGroup(@Nullable Integer processGroup) {
    if (processGroup != null && processGroup < 0) {
      throw new IllegalArgumentException("processGroup < 0: " + processGroup);
    }
    var copy = new SubprocessOptions(this);
    copy.processGroup = processGroup;
    return copy;
  }

  /// Returns the size of the window of the child's pseudo-terminal, or null when it has none.
  public @Nullable WindowSize pty() {
    return pty;
  }

  /// Returns a copy whose child runs in a new pseudo-terminal (pty(7)), as under script(1) or ssh:
  /// it is the child's standard input, output and error output, and the one that controls it. So
  /// Ctrl-C (`\3`) that is typed there is SIGINT for it, and `/dev/tty` is there. Native tier.
  ///
  /// The child leads a session of its own. What is written to its `stdin` is typed, what it shows
  /// is read from its `stdout`: with what was typed, and `\r\n` at the end of a line, unless the
  /// program changes that. `stderr` may be something else. The end of `stdin` is no end of input
  /// for the program; the key for that (`\4`) at the beginning of a line is. When both are closed
  /// the child gets SIGHUP.
  ///
  /// ```java
  /// var options = SubprocessOptions.DEFAULT.pty(new WindowSize(80, 24));
  /// try (var vi = Asyncio.createSubprocessExec(options, "vi")) {
  ///   vi.stdin().write(":q\r");
  /// ```
  ///
  /// The variable `TERM` of the child is that of this process, unless `env` says otherwise.
  ///
  /// @param pty the size of the window at first; null for no terminal
  public SubprocessOptions pty(@Nullable WindowSize pty) {
    var copy = new SubprocessOptions(this);
    copy.pty = pty;
    return copy;
  }

  /// Returns the descriptors that the child has under their own numbers, besides 0, 1 and 2.
  public List<Integer> passFds() {
    return passFds;
  }

  /// Returns a copy whose child has these descriptors of this process too. It has no others: all
  /// that this process has opened is closed in it.
  ///
  /// @param passFds copied; they stay the caller's
  /// @throws IllegalArgumentException when one is below 3: those have keywords of their own
  public SubprocessOptions passFds(List<Integer> passFds) {
    for (int fd : passFds) {
      if (fd < 3) {
        throw new IllegalArgumentException("passFds: not a descriptor from 3 on: " + fd);
      }
    }
    var copy = new SubprocessOptions(this);
    copy.passFds = List.copyOf(passFds);
    return copy;
  }

  /// Tells whether the child ignores no signal at first.
  public boolean restoreSignals() {
    return restoreSignals;
  }

  /// Returns a copy whose child starts with the default action for every signal, which is the
  /// default; or ignores what this process was told to ignore when it was started, such as SIGHUP
  /// under `nohup`. It blocks no signal in either case.
  public SubprocessOptions restoreSignals(boolean restoreSignals) {
    var copy = new SubprocessOptions(this);
    copy.restoreSignals = restoreSignals;
    return copy;
  }

  /// Returns the permissions that files made by the child have not, or null for those of this
  /// process.
  public @Nullable Integer umask() {
    return umask;
  }

  /// Returns a copy whose child has another file mode creation mask (umask(2)).
  ///
  /// posix_spawn(3) cannot set it, so a shell does, which then replaces itself by the program: a
  /// millisecond more, and what fails then is told by its exit status: 126 or 127.
  ///
  /// @param umask 0 to 0777; null for that of this process
  /// @throws IllegalArgumentException when it has other bits
  public SubprocessOptions umask(@Nullable Integer umask) {
    if (umask != null && (umask & ~MAX_UMASK) != 0) {
      throw new IllegalArgumentException("umask is not in 0..0777: " + umask);
    }
    var copy = new SubprocessOptions(this);
    copy.umask = umask;
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("SubprocessOptions")
        .with("stdin", stdin)
        .with("stdout", stdout)
        .with("stderr", stderr)
        .with("cwd", cwd)
        .with("env", env)
        .with("startNewSession", startNewSession)
        .with("processGroup", processGroup)
        .with("pty", pty)
        .with("passFds", passFds)
        .with("restoreSignals", restoreSignals)
        .with("umask", umask);
  }
}
