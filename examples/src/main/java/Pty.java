// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ReturnWhen;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.pipe.Terminal;
import io.github.asyncio4j.pipe.WindowSize;
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
  if (!Terminal.isTerminal(0)) {
    return runIn(new WindowSize(80, 24), command, _ -> {});
  }
  var terminal = Terminal.stdin();
  // As before at the end, whatever that is.
  try (var _ = terminal.raw()) {
    return runIn(
        terminal.windowSize(),
        command,
        process -> {
          Runnable resize = () -> resize(process, terminal);
          Asyncio.getRunningLoop().addSignalHandler("SIGWINCH", resize);
          resize.run(); // It may have changed before.
        });
  }
}

void resize(Process process, Terminal terminal) {
  try {
    process.pty().setWindowSize(terminal.windowSize());
  } catch (IOException e) {
    // One of them has gone, which ends the command too.
  }
}

int runIn(WindowSize size, List<String> command, Consumer<Process> whenStarted) throws Exception {
  var options = SubprocessOptions.DEFAULT.pty(size);
  try (Process process = Asyncio.createSubprocessExec(options, command)) {
    whenStarted.accept(process);
    Task<?> typing = Asyncio.createTask(() -> type(process.stdin()));
    Task<?> showing = Asyncio.createTask(() -> show(process.stdout()));
    Task<Integer> ended = Asyncio.createTask(process::await);
    Asyncio.wait(List.of(ended, showing), ReturnWhen.FIRST_COMPLETED);
    // What it leaves running keeps the terminal: then the end is when nothing comes any more.
    do {
      Asyncio.wait(List.of(showing), Duration.ofMillis(100));
    } while (!showing.done() && !(ended.done() && screenIsEmpty));
    if (!showing.cancel() && showing.exception() != null) {
      return 128 + 13; // Nobody sees it any more: as by SIGPIPE.
    }
    int returncode = ended.await();
    typing.cancel();
    StreamWriter out = Asyncio.stdout();
    out.close();
    out.waitClosed();
    return returncode < 0 ? 128 - returncode : returncode;
  }
}

void type(StreamWriter keys) {
  try {
    StreamReader typed = Asyncio.stdin();
    for (byte[] bytes = typed.read(1024); bytes.length > 0; bytes = typed.read(1024)) {
      keys.write(bytes);
      keys.drain();
    }
    keys.write("\4"); // Ctrl-D: to close it would be no end of the input.
    keys.drain();
  } catch (IOException e) {
    // The command has ended.
  }
}

boolean screenIsEmpty;

void show(StreamReader screen) throws IOException {
  StreamWriter out = Asyncio.stdout();
  while (true) {
    screenIsEmpty = true;
    byte[] bytes = screen.read(64 * 1024);
    screenIsEmpty = false;
    if (bytes.length == 0) {
      return;
    }
    out.write(bytes);
    out.drain();
  }
}
