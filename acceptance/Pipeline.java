// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.process.Process;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

static final SubprocessOptions NOTHING =
    SubprocessOptions.DEFAULT.stdin(Stdio.DEVNULL).stdout(Stdio.DEVNULL).stderr(Stdio.INHERIT);
static final int O_CLOEXEC = 02000000;

/// What `children.py` runs: `cat INPUT | sort | uniq -c >OUTPUT`, three children joined by two pipes.
/// Says their exit statuses, and how many bytes this process has read and written meanwhile.
void main(String[] args) throws Exception {
  var input = Path.of(args[0]);
  var output = Path.of(args[1]);
  Asyncio.run(
      () -> {
        long before = moved();
        int[] first = pipe();
        int[] second = pipe();
        Process cat =
            Asyncio.createSubprocessExec(
                NOTHING.stdin(Stdio.from(input)).stdout(Stdio.descriptor(first[1])), "cat");
        Process sort =
            Asyncio.createSubprocessExec(
                NOTHING.stdin(Stdio.descriptor(first[0])).stdout(Stdio.descriptor(second[1])), "sort");
        Process uniq =
            Asyncio.createSubprocessExec(
                NOTHING.stdin(Stdio.descriptor(second[0])).stdout(Stdio.to(output)), "uniq", "-c");
        // The end of a pipe comes when nobody has its other end.
        close(first);
        close(second);
        IO.println(cat.await() + " " + sort.await() + " " + uniq.await() + " " + (moved() - before));
      });
}

/// Returns how many bytes the threads of this process have read and written, files and sockets
/// included. What the process has counts its children too, once they are waited for (proc(5)).
long moved() throws IOException {
  long sum = 0;
  try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
    for (var thread : threads) {
      for (String line : Files.readAllLines(thread.resolve("io"))) {
        if (line.startsWith("rchar:") || line.startsWith("wchar:")) {
          sum += Long.parseLong(line.substring(line.indexOf(' ') + 1));
        }
      }
    }
  }
  return sum;
}

// A pipe of the library's own is for a loop, and does not block, as cat and sort expect.

MethodHandle function(String name, FunctionDescriptor type) {
  var linker = Linker.nativeLinker();
  return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type);
}

int[] pipe() throws IOException {
  var pipe2 =
      function(
          "pipe2",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  try (var arena = Arena.ofConfined()) {
    MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
    if ((int) pipe2.invokeExact(ends, O_CLOEXEC) != 0) {
      throw new IOException("pipe2");
    }
    return ends.toArray(ValueLayout.JAVA_INT);
  } catch (IOException | RuntimeException | Error e) {
    throw e;
  } catch (Throwable t) {
    throw new AssertionError(t);
  }
}

void close(int[] pipe) {
  var close =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  try {
    for (int fd : pipe) {
      int _ = (int) close.invokeExact(fd);
    }
  } catch (RuntimeException | Error e) {
    throw e;
  } catch (Throwable t) {
    throw new AssertionError(t);
  }
}
