// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;

/// The commands `ps` and `pstree`: what `python -m asyncio` has. `bin/asyncio` starts it, and `java
/// -jar` with the jar of the library does.
public final class Main {
  private static final int DEFAULT_LIMIT = 1000;
  private static final int CIRCLE_FOUND = 1;
  private static final int WRONG_USE = 2;

  private static final String USAGE =
      """
      usage: asyncio ps [--json] [--limit N] PID
             asyncio pstree [--json] [--limit N] PID

      Shows the loops of a running JVM and their tasks, from outside, also while a loop stands
      still: where each task is, what it awaits, and who awaits it.

        ps         a table of tasks
        pstree     trees of tasks, who waits above what it waits for; status 1 when tasks wait for
                   each other in a circle
        --json     for programs
        --limit N  show N tasks of each loop, 0 for all; 1000 if it is not given

      Status 1: there is no loop; 2: the process cannot be looked at.""";

  private Main() {}

  /// Runs a command, and ends the JVM.
  public static void main(String[] arguments) {
    // Names may have any letters, whatever the locale.
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
    int status = run(arguments, out, System.err);
    out.flush();
    System.exit(status);
  }

  static int run(String[] arguments, PrintStream out, PrintStream err) {
    String command = "";
    String pid = "";
    boolean json = false;
    String limit = Integer.toString(DEFAULT_LIMIT);
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (argument.equals("--help") || argument.equals("-h")) {
        out.println(USAGE);
        return 0;
      } else if (argument.equals("--json")) {
        json = true;
      } else if (argument.equals("--limit") && i + 1 < arguments.length) {
        limit = arguments[++i];
      } else if (command.isEmpty() && (argument.equals("ps") || argument.equals("pstree"))) {
        command = argument;
      } else if (!command.isEmpty() && pid.isEmpty() && !argument.startsWith("-")) {
        pid = argument;
      } else {
        return refuse(err, "wrong argument: " + argument + " (see --help)");
      }
    }
    if (command.isEmpty() || pid.isEmpty()) {
      return refuse(
          err, command.isEmpty() ? USAGE : "no process given: asyncio " + command + " PID");
    }
    if (!isNumber(pid)) {
      return refuse(err, "not the number of a process: " + pid);
    }
    if (!isNumber(limit)) {
      return refuse(err, "not a number of tasks: " + limit);
    }
    int most = Integer.parseInt(limit);
    return show(command, Long.parseLong(pid), json, most == 0 ? Integer.MAX_VALUE : most, out, err);
  }

  private static int show(
      String command, long pid, boolean json, int most, PrintStream out, PrintStream err) {
    boolean tree = command.equals("pstree");
    try {
      var snapshot = new Snapshot(new Target(pid).read(most));
      out.print(
          json
              ? Json.of(pid, snapshot, most)
              : tree ? Report.tree(snapshot, most) : Report.table(snapshot, most));
      return tree && !snapshot.circles().isEmpty() ? CIRCLE_FOUND : 0;
    } catch (Refusal e) {
      err.println("asyncio: " + e.getMessage());
      return e.status();
    } catch (IOException e) {
      return refuse(err, "process " + pid + " cannot be looked at: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refuse(err, "interrupted");
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,9}");
  }

  private static int refuse(PrintStream err, String why) {
    err.println("asyncio: " + why);
    return WRONG_USE;
  }
}
