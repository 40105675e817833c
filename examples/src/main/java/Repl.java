// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.pipe.Terminal;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;

static final String HELP =
    """
    every SECONDS TEXT   shows the text again and again
    list                 shows what is under way
    cancel NUMBER        ends one of them
    quit                 as Ctrl-D does
    """;

/// Takes lines from a terminal while timers tick: `bin/asyncio Repl`. What is being typed stays at
/// the bottom. Input that is no terminal is read as lines.
void main() throws Exception {
  Asyncio.run(() -> new Session(Asyncio.stdin(), Asyncio.stdout()).run());
}

static class Session {
  private final StreamReader in;
  private final StreamWriter out;
  private final Map<Integer, Task<?>> repeating = new TreeMap<>();
  private final StringBuilder typed = new StringBuilder();
  private boolean editing;
  private int last;

  Session(StreamReader in, StreamWriter out) {
    this.in = in;
    this.out = out;
  }

  void run() throws Exception {
    if (isTerminal()) {
      editing = true;
      // Each key by itself; Ctrl-C still ends the program, and the mode is restored whatever does.
      try (var _ = Terminal.stdin().cbreak()) {
        out.write("Type help for help.\n");
        untilEnd();
      }
      out.write("\n");
    } else {
      untilEnd();
    }
    repeating.values().forEach(Task::cancel);
    out.drain();
  }

  private static boolean isTerminal() {
    try {
      return Terminal.isTerminal(0);
    } catch (UnsupportedOperationException e) {
      return false; // Without native access there are only lines.
    }
  }

  private void untilEnd() throws Exception {
    for (String line = readLine(); line != null && !line.equals("quit"); line = readLine()) {
      try {
        obey(line.strip().split("\\s+", 3));
      } catch (IllegalArgumentException e) {
        show(e.getMessage());
      }
    }
  }

  private void obey(String[] words) {
    switch (words[0]) {
      case "" -> {}
      case "help" -> HELP.lines().forEach(this::show);
      case "every" -> every(words);
      case "list" -> repeating.forEach((number, task) -> show(number + " " + task.getName()));
      case "cancel" -> {
        var task = words.length < 2 ? null : repeating.remove(Integer.valueOf(words[1]));
        if (task == null) {
          throw new IllegalArgumentException("no such number");
        }
        task.cancel();
      }
      default -> throw new IllegalArgumentException("not known: " + words[0]);
    }
  }

  private void every(String[] words) {
    if (words.length < 3) {
      throw new IllegalArgumentException("every SECONDS TEXT");
    }
    var period = Duration.ofMillis((long) (Double.parseDouble(words[1]) * 1000));
    if (period.toMillis() < 1) {
      throw new IllegalArgumentException("too often: " + words[1]);
    }
    String text = words[2];
    var task =
        Asyncio.createTask(
            () -> {
              while (true) {
                Asyncio.sleep(period);
                show(text);
              }
            });
    task.setName(text);
    repeating.put(++last, task);
    show("number " + last);
  }

  /// Shows a line above what is being typed.
  private void show(String line) {
    out.write(editing ? "\r\033[K" + line + "\n" + prompt() : line + "\n");
  }

  private String prompt() {
    return "> " + typed;
  }

  /// Returns the character that begins with a byte, or nothing for a control character.
  private String character(byte first) throws Exception {
    int more = first >= 0 ? 0 : Math.max(0, Integer.numberOfLeadingZeros(~(first << 24)) - 1);
    var bytes = new ByteArrayOutputStream();
    bytes.write(first);
    bytes.writeBytes(in.readexactly(more));
    return first >= 0 && first < ' ' ? "" : bytes.toString(UTF_8);
  }

  /// Returns the next line, or null at the end.
  private String readLine() throws Exception {
    if (!editing) {
      return in.readline(UTF_8);
    }
    typed.setLength(0);
    out.write(prompt());
    while (true) {
      out.drain();
      byte[] keys = in.read(1);
      if (keys.length == 0 || (keys[0] == 4 && typed.isEmpty())) {
        return null;
      }
      switch (keys[0]) {
        case '\n', '\r' -> {
          out.write("\n");
          String line = typed.toString();
          typed.setLength(0);
          return line;
        }
        case 8, 127 -> typed.setLength(Math.max(0, typed.length() - 1)); // Backspace
        case 21 -> typed.setLength(0); // Ctrl-U
        default -> typed.append(character(keys[0]));
      }
      out.write("\r\033[K" + prompt());
    }
  }
}
