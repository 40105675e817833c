// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.Terminal;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;

/// Runs a command in a pseudo-terminal, as script(1) and ssh do: `bin/asyncio Pty [COMMAND
/// [ARGUMENT...]]`, without a command the shell. Linux.
///
/// What is typed goes to the command key by key, Ctrl-C too, and it learns when the window changes
/// its size. It ends with the status of the command, as Subprocess does.
void main(String[] args) throws Exception {
  var shell = Objects.requireNonNullElse(System.getenv("SHELL"), "/bin/sh");
  var command = args.length == 0 ? List.of(shell) : List.of(args);
  if (command.getFirst().startsWith("-")) {
    System.err.println("usage: Pty [COMMAND [ARGUMENT...]]");
    System.exit(2);
  }
  try {
    System.exit(Asyncio.run(() -> run(command)));
  } catch (UnsupportedOperationException e) {
    System.err.println(e.getMessage());
    System.exit(1);
  }
}

int run(List<String> command) throws Exception {
  try (var pty = PseudoTerminal.open()) {
    if (!Terminal.isTerminal(0)) {
      return runIn(pty, command);
    }
    var terminal = Terminal.stdin();
    pty.setWindowSize(terminal.windowSize());
    Asyncio.getRunningLoop().addSignalHandler("SIGWINCH", () -> resize(pty, terminal));
    // As before at the end, whatever that is.
    try (var _ = terminal.raw()) {
      return runIn(pty, command);
    }
  }
}

void resize(PseudoTerminal pty, Terminal terminal) {
  try {
    pty.setWindowSize(terminal.windowSize());
  } catch (IOException e) {
    // One of them has gone, which ends the command too.
  }
}

int runIn(PseudoTerminal pty, List<String> command) throws Exception {
  Stdio slave = Stdio.descriptor(pty.slaveFileno());
  var inside =
      SubprocessOptions.DEFAULT.startNewSession(true).stdin(slave).stdout(slave).stderr(slave);
  // The first terminal that the leader of a new session opens becomes the one that Ctrl-C in it
  // is for. So a shell opens it, and makes way for the command.
  var words = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$@\" <>\"$0\" >&0 2>&0"));
  words.add(pty.slavePath().toString());
  words.addAll(command);
  try (Process process = Asyncio.createSubprocessExec(inside, words);
      StreamWriter keys = Asyncio.openWritePipe(pty.writer())) {
    pty.closeSlave();
    Task<?> typing = Asyncio.createTask(() -> type(keys));
    show(Asyncio.openReadPipe(pty.reader()));
    int returncode = process.await();
    typing.cancel();
    return returncode < 0 ? 128 - returncode : returncode;
  }
}

void type(StreamWriter keys) {
  try {
    copy(Asyncio.stdin(), keys);
    keys.write("\4"); // Ctrl-D: to close it would be no end of the input.
    keys.drain();
  } catch (IOException e) {
    // The command has ended.
  }
}

void show(StreamReader screen) throws IOException {
  StreamWriter out = Asyncio.stdout();
  copy(screen, out);
  out.close();
  out.waitClosed();
}

void copy(StreamReader from, StreamWriter to) throws IOException {
  for (byte[] bytes = from.read(64 * 1024); bytes.length > 0; bytes = from.read(64 * 1024)) {
    to.write(bytes);
    to.drain();
  }
}
