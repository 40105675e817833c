// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// I/O by readiness: a selector says when a call would not block, and the call is made then.
///
/// A send is done when the call returns; nobody but this class may know that. Loop thread only.
final class ReadinessBackend implements IoBackend {
  private final Lowlevel lowlevel;
  private final ReceiveBatches batches = new ReceiveBatches();

  ReadinessBackend(Lowlevel lowlevel) {
    this.lowlevel = lowlevel;
  }

  @Override
  public StreamPort stream(Socket socket, IoPort.Owner owner) throws IOException {
    return new SocketPort(watch(socket, owner), socket);
  }

  @Override
  public AcceptPort listening(Socket socket, IoPort.Owner owner) throws IOException {
    return new ListeningPort(watch(socket, owner), socket);
  }

  @Override
  public DatagramPort datagrams(Socket socket, DatagramPort.Owner owner) throws IOException {
    return new ReadinessDatagramPort(lowlevel, socket, owner, batches);
  }

  @Override
  public IoPort waiting(Socket socket, IoPort.Owner owner) throws IOException {
    return new WatchPort(watch(socket, owner));
  }

  @Override
  public InputPort input(ReadPipe pipe, IoPort.Owner owner) throws IOException {
    var watch = watch(pipe, owner);
    try {
      // What cannot be polled, such as /dev/null, is found now and not when it is read.
      watch.reading(true);
      watch.reading(false);
      return new PipeInput(watch, pipe);
    } catch (Throwable t) {
      watch.close();
      throw t;
    }
  }

  @Override
  public OutputPort output(WritePipe pipe, IoPort.Owner owner) throws IOException {
    var watch = watch(pipe, owner);
    try {
      watch.writing(true);
      watch.writing(false);
      return new PipeOutput(watch, pipe);
    } catch (Throwable t) {
      watch.close();
      throw t;
    }
  }

  private IoWatch watch(Pollable pollable, IoPort.Owner owner) throws IOException {
    return lowlevel.watch(pollable, owner, owner::onInput, owner::onRoom);
  }

  @Override
  public void connect(Socket socket, SocketAddress address) throws IOException {
    boolean inProgress = address.equals(socket.connectingTo());
    if (inProgress ? socket.finishConnect() : socket.connect(address)) {
      return;
    }
    var waits = new SocketWaits(lowlevel, this, socket, () -> {});
    try (var turn = waits.turn(SocketWaits.Side.WRITE, "connect")) {
      do {
        turn.untilReady();
      } while (!socket.finishConnect());
    }
  }

  private static final class SocketPort extends WatchPort implements StreamPort {
    // Whether this end has ended its output.
    private boolean ended;
    private final Socket socket;

    SocketPort(IoWatch watch, Socket socket) {
      super(watch);
      this.socket = socket;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      return socket.recv(dst);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      return socket.send(src);
    }

    @Override
    public long write(ByteBuffer[] pieces, int offset, int length) throws IOException {
      return socket.send(pieces, offset, length);
    }

    @Override
    public long sendfile(FileChannel file, long offset, long count) throws IOException {
      return socket.sendfile(file, offset, count);
    }

    @Override
    public void end() throws IOException {
      ended = true;
      // With both halves ended the system says that it is broken.
      watch.breaking(false);
      socket.shutdownOutput();
    }

    @Override
    public void expectingBreak() throws IOException {
      // A unix socket counts as broken as soon as its peer is closed, in good order too.
      if (!ended && socket.family() != StandardProtocolFamily.UNIX) {
        watch.breaking(true);
      }
    }
  }

  private static final class ListeningPort extends WatchPort implements AcceptPort {
    private final Socket socket;

    ListeningPort(IoWatch watch, Socket socket) {
      super(watch);
      this.socket = socket;
    }

    @Override
    public @Nullable Socket accept() throws IOException {
      return socket.accept();
    }
  }

  private static final class PipeInput extends WatchPort implements InputPort {
    private final ReadPipe pipe;

    PipeInput(IoWatch watch, ReadPipe pipe) {
      super(watch);
      this.pipe = pipe;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      return pipe.read(dst);
    }
  }

  private static final class PipeOutput extends WatchPort implements OutputPort {
    private final WritePipe pipe;

    PipeOutput(IoWatch watch, WritePipe pipe) {
      super(watch);
      this.pipe = pipe;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      return pipe.write(src);
    }

    @Override
    public long write(ByteBuffer[] pieces, int offset, int length) throws IOException {
      return pipe.write(pieces, offset, length);
    }

    @Override
    public void noticingReader() throws IOException {
      if (pipe.noticesReader()) {
        watch.breaking(true);
      }
    }

    @Override
    public void end() {
      throw new IllegalStateException("a pipe is ended by closing it: " + pipe);
    }
  }
}
