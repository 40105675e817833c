// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopLocal;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The streams of one loop over standard input, output and error. Loop thread only.
final class StandardIo {
  private static final LoopLocal<StandardIo> OF = new LoopLocal<>(StandardIo::new);

  private final Shared<StreamReader> stdin;
  private final Shared<StreamWriter> stdout;
  private final Shared<StreamWriter> stderr;

  private StandardIo(EventLoop loop) {
    stdin =
        new Shared<>(
            loop,
            () -> Streams.openReadPipe(loop, ReadPipe.stdin(), StreamReader.DEFAULT_LIMIT),
            reader -> !reader.atEof());
    stdout =
        new Shared<>(
            loop,
            () -> Streams.openWritePipe(loop, WritePipe.stdout()),
            writer -> !writer.isClosing());
    stderr =
        new Shared<>(
            loop,
            () -> Streams.openWritePipe(loop, WritePipe.stderr()),
            writer -> !writer.isClosing());
  }

  static StreamReader stdin(EventLoop loop) throws IOException {
    return OF.get(loop).stdin.get();
  }

  static StreamWriter stdout(EventLoop loop) throws IOException {
    return OF.get(loop).stdout.get();
  }

  static StreamWriter stderr(EventLoop loop) throws IOException {
    return OF.get(loop).stderr.get();
  }

  private interface Opening<T> {
    T open() throws IOException;
  }

  /// A stream that all tasks of the loop share, made by the first and again when it is over.
  private static final class Shared<T> {
    private final Opening<T> opening;
    private final Predicate<T> usable;
    private final Wakeups others;
    private @Nullable T stream;
    private boolean beingOpened;

    Shared(EventLoop loop, Opening<T> opening, Predicate<T> usable) {
      this.opening = opening;
      this.usable = usable;
      this.others = new Wakeups(loop);
    }

    T get() throws IOException {
      while (beingOpened) {
        others.await();
      }
      T found = stream;
      if (found != null && usable.test(found)) {
        return found;
      }
      beingOpened = true;
      try {
        T opened = opening.open();
        stream = opened;
        return opened;
      } finally {
        beingOpened = false;
        others.wakeAll();
      }
    }
  }
}
