// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// FIFOs, and what is none, on the native tier.
@ParameterizedClass
@EnumSource(value = LoopKind.class, mode = EnumSource.Mode.MATCH_ALL, names = "EPOLL_.*")
final class FifoTest extends PipeContract {
  @TempDir private Path directory;
  private Path fifo;

  FifoTest(LoopKind kind) {
    super(kind);
  }

  @BeforeEach
  void makeFifo() throws Exception {
    fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
  }

  @Override
  Pipe newPipe() throws Exception {
    // The reader first: nobody writes to what nobody reads.
    return new Pipe(ReadPipe.open(fifo), WritePipe.open(fifo));
  }

  // EL-111
  @Test
  void aReaderWaitsForItsFirstWriterAndEndsWithTheLast() throws Exception {
    run(
        () -> {
          var reader = pipeRecorder();
          loop.connectReadPipe(() -> reader, ReadPipe.open(fifo));
          passIterations();
          assertThat(reader.calls).containsExactly("made");

          try (var one = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            one.write(bytes("one"));
            try (var two = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
              two.write(bytes("two"));
            }
            reader.untilReceived(6);
            assertThat(reader.isLost()).isFalse();
          }
          reader.untilLost();
          assertThat(reader.calls).containsExactly("made", "data", "eof", "lost");
        });
  }

  // EL-112
  @Test
  void aWriterWithoutAReaderIsRefused() throws Exception {
    assertThatThrownBy(() -> WritePipe.open(fifo))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(fifo.toString())
        .hasMessageContaining("ENXIO");
  }

  // EL-111, EL-112
  @Test
  void whatIsNoPipeIsRefusedAndWhoOpenedItKeepsIt() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "text");
    assertThatThrownBy(() -> ReadPipe.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Pipe transport is for pipes/sockets only: " + file + " is a regular file");
    assertThatThrownBy(() -> WritePipe.open(file)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ReadPipe.open(directory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a directory");
    assertThatThrownBy(() -> ReadPipe.open(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> ReadPipe.ofDescriptor(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid file descriptor: -1");
    assertThatThrownBy(() -> ReadPipe.ofDescriptor(1_000_000))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EBADF");
    try (var channel = FileChannel.open(file)) {
      int fd = Fds.of(file);
      assertThatThrownBy(() -> ReadPipe.ofDescriptor(fd))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("fd " + fd + " is a regular file");
      assertThat(channel.size()).isEqualTo(4);
      assertThat(Fds.fileFlags(fd) & 0x800).isZero();
    }
  }

  // EL-111: epoll knows nothing of it
  @Test
  void aDeviceThatCannotBeWaitedForIsRefusedAndClosed() throws Exception {
    run(
        () -> {
          var nothing = ReadPipe.open(Path.of("/dev/null"));
          assertThatThrownBy(() -> loop.connectReadPipe(this::pipeRecorder, nothing))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("EPERM");
          assertThat(nothing.isOpen()).isFalse();
        });
  }

  // EL-111
  @Test
  void aDescriptorIsMadeNonBlockingAndClosedWithItsTransport() throws Exception {
    run(
        () -> {
          int[] fds = Fds.pipe();
          assertThat(Fds.fileFlags(fds[0]) & 0x800).isZero();
          var reader = pipeRecorder();
          loop.connectReadPipe(() -> reader, ReadPipe.ofDescriptor(fds[0]));
          assertThat(Fds.fileFlags(fds[0]) & 0x800).isNotZero();
          var writer = pipeRecorder();
          loop.connectWritePipe(() -> writer, WritePipe.ofDescriptor(fds[1]));
          writer.out.write(bytes("x"));
          reader.untilReceived(1);
          reader.in.close();
          reader.untilLost();
          writer.untilLost();
          assertThatThrownBy(() -> Fds.fileFlags(fds[0])).hasMessageContaining("EBADF");
          Asyncio.sleep(java.time.Duration.ZERO);
          assertThatThrownBy(() -> Fds.fileFlags(fds[1])).hasMessageContaining("EBADF");
        });
  }
}
