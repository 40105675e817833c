// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/// Child processes of a loop: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there. `Asyncio.createSubprocessExec` is made of
/// these, with streams.
///
/// A child is started by posix_spawn(3) on the native tier and by a [ProcessBuilder] on the
/// portable one, in threads of the loop's own: it takes half a millisecond or some, in which the
/// loop goes on.
public interface LoopSubprocesses {
  /// Starts a program in a child process (EL-130). Suspending: until its pipes are connected, and
  /// `connectionMade` is queued.
  ///
  /// The child has the arguments as they are, in UTF-8: no shell sees them. It has no descriptor of
  /// this process but those that the options name, blocks no signal and ignores none. Its standard
  /// streams are pipes unless the options say something else.
  ///
  /// When the call fails or is cancelled after the start, the child is killed, and the call waits
  /// for its end. Whoever closes the loop before a child has ended kills it.
  ///
  /// @param protocolFactory called before the child is started
  /// @param options what is not the default
  /// @param command the program and its arguments. A program without a slash is looked for in
  ///   `PATH`
  /// @throws IllegalArgumentException when the command is empty, or has a NUL or an unpaired
  ///   surrogate in it; a descriptor of the options is not open; or they have keywords that exclude
  ///   each other: a process group with a session, streams with a pseudo-terminal
  /// @throws java.nio.file.NoSuchFileException when there is no such program, no interpreter for
  ///   it, no such working directory or no such file of the options: names it
  /// @throws java.nio.file.AccessDeniedException when that must not be executed or opened
  /// @throws java.nio.file.FileSystemException when the system refuses for another reason: the
  ///   arguments are too long, the file is no program, there are too many processes or descriptors
  /// @throws UnsupportedOperationException when a keyword of the options needs the native tier;
  ///   names the flag
  /// @throws IOException when a pipe cannot be connected, or the system is out of terminals
  <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<P> protocolFactory, SubprocessOptions options, List<String> command)
      throws IOException;

  /// Starts a program with arguments; as [#subprocessExec(Supplier, SubprocessOptions, List)].
  default <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<P> protocolFactory, SubprocessOptions options, String program, String... args)
      throws IOException {
    var command = new ArrayList<String>(args.length + 1);
    command.add(program);
    command.addAll(Arrays.asList(args));
    return subprocessExec(protocolFactory, options, command);
  }

  /// Starts a program with default options: three pipes.
  default <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<P> protocolFactory, String program, String... args) throws IOException {
    return subprocessExec(protocolFactory, SubprocessOptions.DEFAULT, program, args);
  }

  /// Starts a command line in a shell, `/bin/sh -c cmd` (EL-131); otherwise as
  /// [#subprocessExec(Supplier, SubprocessOptions, List)].
  ///
  /// Whatever is put into the command line must be quoted as the shell wants it. A signal is sent
  /// to the shell, not to what it has started.
  default <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessShell(
      Supplier<P> protocolFactory, SubprocessOptions options, String cmd) throws IOException {
    return subprocessExec(protocolFactory, options, List.of("/bin/sh", "-c", cmd));
  }

  /// Starts a command line in a shell with default options: three pipes.
  default <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessShell(
      Supplier<P> protocolFactory, String cmd) throws IOException {
    return subprocessShell(protocolFactory, SubprocessOptions.DEFAULT, cmd);
  }
}
