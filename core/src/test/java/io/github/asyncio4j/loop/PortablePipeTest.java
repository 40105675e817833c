// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.Terminal;
import io.github.asyncio4j.pipe.WritePipe;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pipes without any flag.
@Tag("portable")
final class PortablePipeTest {
  @TempDir private Path directory;

  @Test
  void aFifoIsReadAndWrittenByThreads() throws Exception {
    assertThat(Native.isAvailable()).isFalse();
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Asyncio.run(
        () -> {
          var reader = Asyncio.openReadPipe(ReadPipe.open(fifo));
          var writer = Asyncio.openWritePipe(WritePipe.open(fifo));
          writer.write("hello\nrest");
          assertThat(reader.readline()).asString().isEqualTo("hello\n");
          writer.close();
          writer.waitClosed();
          assertThat(reader.read()).asString().isEqualTo("rest");
        });
  }

  @Test
  void aFifoThatNobodyWritesToIsClosedAllTheSame() throws Exception {
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Asyncio.run(
        () -> {
          var reader = Asyncio.openReadPipe(ReadPipe.open(fifo));
          var reading = Asyncio.createTask(() -> reader.read(1));
          Asyncio.sleep(java.time.Duration.ofMillis(10));
          reading.cancel();
          reader.transport().close();
        });
    // Its thread has an open that waits for a writer until the pipe is closed.
    for (var thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("asyncio4j-pipe-reader")) {
        thread.join();
      }
    }
  }

  @Test
  void whatIsNoPipeIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");
    assertThatThrownBy(() -> ReadPipe.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Pipe transport is for pipes/sockets only: " + file + " is a regular file");
    assertThatThrownBy(() -> WritePipe.open(directory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a directory");
    assertThatThrownBy(() -> WritePipe.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aPairIsMadeOfChannels() throws Exception {
    Asyncio.run(
        () -> {
          var pipe = Pipe.open();
          var reader = Asyncio.openReadPipe(pipe.reader());
          var writer = Asyncio.openWritePipe(pipe.writer());
          writer.write("hello");
          writer.close();
          assertThat(reader.read()).asString().isEqualTo("hello");
        });
  }

  @Test
  void whatNeedsTheSystemNamesTheFlag() {
    assertThatThrownBy(() -> ReadPipe.ofDescriptor(0))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("--enable-native-access");
    assertThatThrownBy(() -> Terminal.stdin())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("--enable-native-access");
  }
}
