// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ReturnWhen;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.stream.LimitOverrunException;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.sync.Event;

static final Duration FIRST_PAUSE = Duration.ofMillis(100);
static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
static final Duration GRACE = Duration.ofSeconds(5);

/// Keeps commands running, with the name of each before its lines, until SIGTERM or Ctrl-C, which
/// ends them all: `bin/asyncio Supervisor NAME=COMMAND...`, the commands for a shell.
///
/// What ends is started again after a pause, which is twice as long each time up to ten seconds,
/// and short again after ten seconds of work. At the end each gets SIGTERM, and five seconds later
/// SIGKILL. With native access each leads a session of its own, so that it ends with all that it
/// has started.
void main(String[] args) throws Exception {
  if (args.length == 0 || !Stream.of(args).allMatch(arg -> arg.matches("(?s)[^=]+=.+"))) {
    System.err.println("usage: Supervisor NAME=COMMAND...");
    System.exit(2);
  }
  Asyncio.run(() -> supervise(List.of(args)));
}

void supervise(List<String> commands) throws Exception {
  var stop = new Event();
  for (String signal : List.of("SIGTERM", "SIGINT", "SIGHUP")) {
    Asyncio.getRunningLoop().addSignalHandler(signal, stop::set);
  }
  StreamWriter out = Asyncio.stdout();
  new TaskGroup()
      .run(
          group -> {
            for (String command : commands) {
              String[] parts = command.split("=", 2);
              group.createTask(() -> new Supervised(parts[0], parts[1], out, stop).run());
            }
          });
  out.close();
  try {
    out.waitClosed();
  } catch (IOException e) {
    // Nobody reads any more: that has ended it.
  }
}

/// A command that is kept running until the event.
record Supervised(String name, String command, StreamWriter out, Event stop) {
  void run() throws Exception {
    var pause = FIRST_PAUSE;
    while (!stop.isSet()) {
      long start = System.nanoTime();
      runOnce();
      if (System.nanoTime() - start > LONGEST_PAUSE.toNanos()) {
        pause = FIRST_PAUSE;
      }
      try {
        stop.await(pause);
      } catch (TimeoutException e) {
        pause = Collections.min(List.of(pause.multipliedBy(2), LONGEST_PAUSE));
      }
    }
  }

  private void runOnce() throws Exception {
    try (Process process = start()) {
      tell("started, pid " + process.pid());
      var printing = Asyncio.createTask(() -> print(process.stdout()));
      var end = Asyncio.createTask(() -> process.await());
      var stopping = Asyncio.createTask(() -> stop.await());
      Asyncio.wait(List.of(end, stopping), ReturnWhen.FIRST_COMPLETED);
      stopping.cancel();
      int returncode = process.shutdown(GRACE).returncode();
      try {
        Asyncio.waitFor(printing, GRACE);
      } catch (TimeoutException e) {
        tell("something that it has started keeps its output open");
      }
      tell(returncode < 0 ? "ended by signal " + -returncode : "ended, status " + returncode);
    } catch (IOException e) {
      tell("cannot be started: " + e.getMessage());
    }
  }

  private Process start() throws IOException {
    var options =
        SubprocessOptions.DEFAULT.stdin(Stdio.DEVNULL).stdout(Stdio.PIPE).stderr(Stdio.STDOUT);
    try {
      return Asyncio.createSubprocessShell(options.startNewSession(true), command);
    } catch (UnsupportedOperationException e) {
      return Asyncio.createSubprocessShell(options, command);
    }
  }

  private void print(StreamReader output) {
    try {
      for (String line = readLine(output); line != null; line = readLine(output)) {
        tell(line);
        out.drain();
      }
    } catch (IOException e) {
      stop.set(); // Nobody reads what they say.
    }
  }

  /// Returns the next line, or a piece of one that is too long, or null at the end.
  private static String readLine(StreamReader output) throws IOException {
    try {
      return output.readline(UTF_8);
    } catch (LimitOverrunException e) {
      return new String(output.read(32 * 1024), UTF_8);
    }
  }

  private void tell(String line) {
    out.write(name + " | " + line + "\n");
  }
}
