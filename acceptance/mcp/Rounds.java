// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.process.ProcessShutdown;
import java.nio.file.Files;
import java.nio.file.Path;
import mcp.Peer;
import mcp.Request;
import mcp.RpcException;
import mcp.ServerProcess;

// Loop thread.
static final Map<ProcessShutdown.Step, Integer> steps = new EnumMap<>(ProcessShutdown.Step.class);
static int answers;
static int failures;
static long longestNanos;

/// Starts servers and ends them, many times in one JVM: `Rounds ROUNDS AT_ONCE GRACE_MILLIS COMMAND
/// ARGUMENT...`. Tells what ended them, how long that took, and what is left in this process: its
/// threads, descriptors and children before and after. Each time before it counts them it says so,
/// and waits for a line of input.
void main(String[] args) throws Exception {
  int rounds = Integer.parseInt(args[0]);
  int atOnce = Integer.parseInt(args[1]);
  var grace = Duration.ofMillis(Long.parseLong(args[2]));
  List<String> command = List.of(args).subList(3, args.length);
  Asyncio.run(
      () -> {
        // What the first ones load and start stays.
        play(2 * atOnce, atOnce, grace, command);
        look();
        var before = Counts.take();
        steps.clear();
        answers = failures = 0;
        longestNanos = 0;
        play(rounds, atOnce, grace, command);
        look();
        var after = Counts.take();
        // Threads end a moment behind what they were for.
        for (int i = 0; i < 100 && !after.isWithin(before); i++) {
          Asyncio.sleep(Duration.ofMillis(50));
          after = Counts.take();
        }
        IO.println("steps " + steps);
        IO.println("answers " + answers);
        IO.println("failures " + failures);
        IO.println("longest_ms " + longestNanos / 1_000_000);
        IO.println("threads " + before.threads.size() + " " + after.threads.size());
        IO.println("descriptors " + before.descriptors.size() + " " + after.descriptors.size());
        IO.println("children " + before.children.size() + " " + after.children.size());
        after.threads.removeAll(before.threads);
        after.descriptors.removeAll(before.descriptors);
        IO.println("more " + after);
      });
}

/// Lets who has started this look for what is left outside of it.
void look() throws Exception {
  IO.println("look " + new TreeSet<>(Counts.take().threads));
  Asyncio.toThread(() -> IO.readln());
  // What was killed outside ends threads here.
  Asyncio.sleep(Duration.ofMillis(500));
}

void play(int rounds, int atOnce, Duration grace, List<String> command) throws Exception {
  var left = new int[] {rounds};
  new TaskGroup()
      .run(
          group -> {
            for (int i = 0; i < atOnce; i++) {
              group.createTask(
                  () -> {
                    while (left[0]-- > 0) {
                      round(grace, command);
                    }
                  });
            }
          });
}

void round(Duration grace, List<String> command) throws Exception {
  long start;
  try (var server = ServerProcess.start(command, grace, new Silent(), _ -> {})) {
    var _ = server.initialize("rounds", "0");
    try {
      String tool = (String) server.listTools().getFirst().get("name");
      var _ = server.callTool(tool, Map.of("message", "x"), null);
      answers++;
    } catch (IOException e) {
      failures++;
    }
    start = System.nanoTime();
    steps.merge(server.shutdown().step(), 1, Integer::sum);
  }
  longestNanos = Math.max(longestNanos, System.nanoTime() - start);
}

static class Silent implements Peer {
  @Override
  public Object request(Request request) throws RpcException {
    throw new RpcException(RpcException.METHOD_NOT_FOUND, "none");
  }

  @Override
  public void notification(String method, Map<String, Object> params) {}

  @Override
  public void invalid(RpcException error) {}
}

/// What this process has. Threads that the JDK keeps for itself for a while do not count: those that
/// carry virtual threads, and those that wait for processes.
record Counts(List<String> threads, List<String> descriptors, List<String> children) {
  static Counts take() throws IOException {
    var threads = new ArrayList<String>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!thread.getName().matches("ForkJoinPool.*|process reaper.*|VirtualThread-unparker.*")) {
        threads.add(thread.getName());
      }
    }
    var descriptors = new ArrayList<String>();
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        try {
          descriptors.add(file.getFileName() + " " + Files.readSymbolicLink(file));
        } catch (IOException e) {
          // The one of the listing itself.
        }
      }
    }
    return new Counts(threads, descriptors, findChildren());
  }

  /// Zombies too, which the JDK does not list.
  private static List<String> findChildren() throws IOException {
    var children = new ArrayList<String>();
    String self = " " + ProcessHandle.current().pid() + " ";
    try (var files = Files.list(Path.of("/proc"))) {
      for (Path file : files.filter(f -> f.getFileName().toString().matches("\\d+")).toList()) {
        try {
          String stat = Files.readString(file.resolve("stat"));
          String rest = stat.substring(stat.lastIndexOf(')'));
          if (rest.startsWith(self, 3)) {
            children.add(stat);
          }
        } catch (IOException e) {
          // It has ended meanwhile.
        }
      }
    }
    return children;
  }

  boolean isWithin(Counts other) {
    return threads.size() <= other.threads.size()
        && descriptors.size() <= other.descriptors.size()
        && children.size() <= other.children.size();
  }
}
