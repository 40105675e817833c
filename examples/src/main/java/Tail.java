// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.sync.Event;

static final int IN_NONBLOCK_CLOEXEC = 0x80800;
// IN_MODIFY, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE.
static final int CHANGES = 0x3C2;
static final int CHUNK = 64 * 1024;

/// Shows what is appended to a file, also when another takes its place, as a log that is rotated:
/// `bin/asyncio Tail FILE`. Linux: inotify(7), whose descriptor the loop watches.
void main(String[] args) throws Exception {
  if (args.length != 1 || !Files.isRegularFile(Path.of(args[0]))) {
    System.err.println("usage: Tail FILE");
    System.exit(2);
  }
  try {
    Asyncio.run(() -> follow(Path.of(args[0]).toAbsolutePath()));
  } catch (UnsupportedOperationException e) {
    System.err.println(e.getMessage());
    System.exit(1);
  }
}

void follow(Path file) throws Exception {
  var changed = new Event();
  try (var inotify = new Inotify(file.getParent())) {
    // The directory is watched and not the file, so that nothing is missed between two files.
    Asyncio.getRunningLoop()
        .addReader(
            inotify.descriptor(),
            () -> {
              inotify.forget();
              changed.set();
            });
    var followed = new Followed(file);
    followed.skipToLastLines(10);
    while (true) {
      changed.clear();
      followed.show();
      changed.await();
    }
  }
}

/// A file, and how much of it has been shown.
static class Followed {
  private final Path path;
  private FileChannel channel;
  private Object key;

  Followed(Path path) throws IOException {
    this.path = path;
    open();
  }

  private void open() throws IOException {
    channel = FileChannel.open(path);
    key = keyOf(path);
  }

  private static Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  void skipToLastLines(int lines) throws IOException {
    long from = Math.max(0, channel.size() - CHUNK);
    var tail = ByteBuffer.allocate(CHUNK);
    int length = Math.max(0, channel.read(tail, from));
    int start = length;
    for (int left = lines; start > 0; start--) {
      boolean newline = tail.get(start - 1) == '\n';
      if (newline && start < length && --left == 0) {
        break;
      }
    }
    channel.position(from + start);
  }

  /// Shows what has come, up to the end of the file that has the name now.
  void show() throws Exception {
    while (true) {
      if (channel.size() < channel.position()) {
        System.err.println(path + " was truncated");
        channel.position(0);
      }
      copy();
      Object now;
      try {
        now = keyOf(path);
      } catch (NoSuchFileException e) {
        return; // Until another comes.
      }
      if (now.equals(key)) {
        return;
      }
      // Its writer may have gone on until the other was there.
      copy();
      System.err.println(path + " is another file");
      channel.close();
      open();
    }
  }

  private void copy() throws Exception {
    var out = Asyncio.stdout();
    var data = ByteBuffer.allocate(CHUNK);
    while (channel.read(data) > 0) {
      out.write(data.flip());
      out.drain();
      data.clear();
    }
  }
}

/// Tells that something in a directory changes.
static class Inotify implements AutoCloseable {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle INIT = function("inotify_init1", ValueLayout.JAVA_INT);
  private static final MethodHandle ADD_WATCH =
      function(
          "inotify_add_watch", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle READ =
      function("read", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle CLOSE = function("close", ValueLayout.JAVA_INT);

  private final MemorySegment events = Arena.ofAuto().allocate(CHUNK);
  private final int fd;

  Inotify(Path directory) throws IOException {
    fd = call("inotify_init1", () -> (int) INIT.invokeExact(IN_NONBLOCK_CLOEXEC));
    var path = Arena.ofAuto().allocateFrom(directory.toString());
    call("inotify_add_watch", () -> (int) ADD_WATCH.invokeExact(fd, path, CHANGES));
  }

  Pollable descriptor() {
    return Pollable.of(fd);
  }

  /// Drops what it has told: the files are looked at anyway.
  void forget() {
    try {
      call("read", () -> (int) READ.invokeExact(fd, events, (long) CHUNK));
    } catch (IOException e) {
      return; // Nothing any more.
    }
  }

  @Override
  public void close() throws IOException {
    Asyncio.getRunningLoop().removeReader(descriptor());
    call("close", () -> (int) CLOSE.invokeExact(fd));
  }

  private interface Call {
    int make() throws Throwable;
  }

  private static int call(String name, Call call) throws IOException {
    int result;
    try {
      result = call.make();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (result < 0) {
      throw new IOException(name + " failed");
    }
    return result;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }
}
