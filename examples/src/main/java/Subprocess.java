// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;

/// Runs a command between its own input and output, and ends with its exit status: `bin/asyncio
/// Subprocess -- COMMAND [ARGUMENT...]`.
///
/// All bytes go through this process, in both directions at once. SIGTERM is passed on. A status of
/// 128 + N stands for signal N, as in a shell; 127 and 126 for a command that cannot be started.
void main(String[] args) throws Exception {
  var command = List.of(args);
  if (!command.isEmpty() && command.getFirst().equals("--")) {
    command = command.subList(1, command.size());
  }
  if (command.isEmpty()) {
    System.err.println("usage: Subprocess -- COMMAND [ARGUMENT...]");
    System.exit(2);
  }
  List<String> words = command;
  System.exit(Asyncio.run(() -> run(words)));
}

int run(List<String> command) throws Exception {
  var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE);
  Process process;
  try {
    process = Asyncio.createSubprocessExec(pipes, command);
  } catch (FileSystemException e) {
    System.err.println("Subprocess: " + e.getMessage());
    return e instanceof NoSuchFileException ? 127 : 126;
  }
  // Whatever leaves the block, Ctrl-C for one, the process is shut down.
  try (process) {
    Asyncio.getRunningLoop().addSignalHandler("SIGTERM", () -> terminate(process));
    Task<?> input = Asyncio.createTask(() -> feed(process.stdin()));
    new TaskGroup()
        .run(
            group -> {
              group.createTask(() -> show(process.stdout(), Asyncio.stdout()));
              group.createTask(() -> show(process.stderr(), Asyncio.stderr()));
            });
    int returncode = process.await();
    input.cancel(); // Nobody is there to read the rest.
    return returncode < 0 ? 128 - returncode : returncode;
  }
}

void terminate(Process process) {
  if (process.returncode() == null) {
    process.terminate();
  }
}

void feed(StreamWriter stdin) {
  try (stdin) {
    copy(Asyncio.stdin(), stdin);
  } catch (IOException e) {
    // The command does not want the rest.
  }
}

void show(StreamReader output, StreamWriter to) {
  try {
    copy(output, to);
    // What is not written when the loop is closed would be lost.
    to.close();
    to.waitClosed();
  } catch (IOException e) {
    // Nobody wants the rest, as the command finds out when it writes more.
    output.transport().close();
  }
}

void copy(StreamReader from, StreamWriter to) throws IOException {
  for (byte[] bytes = from.read(64 * 1024); bytes.length > 0; bytes = from.read(64 * 1024)) {
    to.write(bytes);
    to.drain();
  }
}
