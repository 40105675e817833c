// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A back end that behaves as a ring of operations does: a read gives what was received before it
/// was asked, and a write only says what has gone of what an earlier one was given. Real sockets.
final class CompletingBackend implements IoBackend {
  private static final int RECEIVED_BYTES = 1000;
  private static final int SENT_BYTES = 3000;

  private final Lowlevel lowlevel;
  private final IoBackend system;

  CompletingBackend(Lowlevel lowlevel) {
    this.lowlevel = lowlevel;
    this.system = new ReadinessBackend(lowlevel);
  }

  @Override
  public StreamPort stream(Socket socket, IoPort.Owner owner) throws IOException {
    return new Port(owner, port -> system.stream(socket, port));
  }

  @Override
  public InputPort input(ReadPipe pipe, IoPort.Owner owner) throws IOException {
    return new Port(owner, port -> system.input(pipe, port));
  }

  @Override
  public OutputPort output(WritePipe pipe, IoPort.Owner owner) throws IOException {
    return new Port(owner, port -> system.output(pipe, port));
  }

  @Override
  public AcceptPort listening(Socket socket, IoPort.Owner owner) throws IOException {
    return system.listening(socket, owner);
  }

  @Override
  public DatagramPort datagrams(Socket socket, DatagramPort.Owner owner) throws IOException {
    return new CompletingDatagramPort(lowlevel, system, socket, owner);
  }

  @Override
  public IoPort waiting(Socket socket, IoPort.Owner owner) throws IOException {
    var port = system.waiting(socket, owner);
    // A poll may end without a reason.
    lowlevel.loop().callSoon(owner::onInput);
    lowlevel.loop().callSoon(owner::onRoom);
    return port;
  }

  @Override
  public void connect(Socket socket, SocketAddress address) throws IOException {
    system.connect(socket, address);
  }

  /// Opens the port of the system that an operation is done by.
  private interface Opener {
    IoPort open(IoPort.Owner owner) throws IOException;
  }

  /// One receive and one send at a time.
  private final class Port implements StreamPort, IoPort.Owner {
    private final Owner owner;
    private final IoPort system;
    private boolean receiving;
    private boolean sending;
    private boolean open = true;

    // The receive that is complete: what it got, or its end.
    private final ByteBuffer received = ByteBuffer.allocate(RECEIVED_BYTES).limit(0);
    private boolean ended;
    private @Nullable IOException receiveFailure;

    // The send under way: what it was given as it was then, and how much of it has gone.
    private @Nullable ByteBuffer given;
    private int gone;
    private @Nullable IOException sendFailure;

    Port(Owner owner, Opener opener) throws IOException {
      this.owner = owner;
      this.system = opener.open(this);
    }

    private OutputPort output() {
      return (OutputPort) system;
    }

    @Override
    public String toString() {
      return owner.toString();
    }

    // What the system tells.

    @Override
    public void onInput() {
      if (!(system instanceof InputPort input)) {
        // Nobody reads any more.
        owner.onInput();
        return;
      }
      if (!hasReceived()) {
        try {
          int count = input.read(received.clear());
          ended = count < 0;
        } catch (IOException e) {
          receiveFailure = e;
        } finally {
          received.flip();
        }
      }
      if (hasReceived()) {
        ask(false);
        deliver();
      }
    }

    private boolean hasReceived() {
      return received.hasRemaining() || ended || receiveFailure != null;
    }

    private void ask(boolean on) {
      try {
        system.receiving(on);
      } catch (IOException e) {
        receiveFailure = e;
      }
    }

    private void deliver() {
      if (open && receiving) {
        owner.onInput();
        again();
      }
    }

    private void again() {
      if (!open || !receiving) {
        return;
      }
      if (hasReceived()) {
        lowlevel.loop().callSoon(this::deliver);
      } else {
        ask(true);
      }
    }

    @Override
    public void onRoom() {
      var operation = given;
      if (operation != null && operation.hasRemaining()) {
        try {
          gone += output().write(operation);
        } catch (IOException e) {
          sendFailure = e;
        }
      }
      if (open && sending) {
        owner.onRoom();
      }
    }

    @Override
    public void loopClosed() {
      owner.loopClosed();
    }

    // What the owner asks.

    @Override
    public void receiving(boolean on) {
      if (receiving != on) {
        receiving = on;
        if (on) {
          lowlevel.loop().callSoon(this::again);
        } else {
          ask(false);
        }
      }
    }

    @Override
    public void sending(boolean on) throws IOException {
      sending = on;
      system.sending(on);
    }

    @Override
    public boolean isSending() {
      return sending;
    }

    @Override
    public void runIn(Context context) {
      system.runIn(context);
    }

    @Override
    public void callForRoom() {
      system.callForRoom();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      if (receiveFailure != null) {
        throw receiveFailure;
      }
      if (!received.hasRemaining()) {
        return ended ? -1 : 0;
      }
      int count = Math.min(received.remaining(), dst.remaining());
      dst.put(dst.position(), received, received.position(), count);
      dst.position(dst.position() + count);
      received.position(received.position() + count);
      return count;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      if (sendFailure != null) {
        throw sendFailure;
      }
      return 0;
    }

    @Override
    public long write(ByteBuffer[] pieces, int offset, int length) throws IOException {
      if (sendFailure != null) {
        throw sendFailure;
      }
      int reported = gone;
      gone = 0;
      int left = reported;
      int at = offset;
      while (left > 0) {
        var piece = pieces[at++];
        int part = Math.min(left, piece.remaining());
        piece.position(piece.position() + part);
        left -= part;
      }
      if (given == null || !given.hasRemaining()) {
        given = operation(pieces, offset, length);
      }
      return reported;
    }

    /// Takes the first bytes of the pieces as they are: the owner is not to change them.
    private static @Nullable ByteBuffer operation(ByteBuffer[] pieces, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (pieces[i].hasRemaining()) {
          var shared = pieces[i].slice();
          return shared.limit(Math.min(shared.limit(), SENT_BYTES));
        }
      }
      return null;
    }

    @Override
    public long sendfile(FileChannel file, long offset, long count) throws IOException {
      if (given != null && given.hasRemaining()) {
        throw new IllegalStateException("a file before everything has gone: " + given);
      }
      return ((StreamPort) system).sendfile(file, offset, count);
    }

    @Override
    public void end() throws IOException {
      if (given != null && given.hasRemaining()) {
        throw new IllegalStateException("ended before everything has gone: " + given);
      }
      output().end();
    }

    @Override
    public void noticingReader() throws IOException {
      output().noticingReader();
    }

    @Override
    public void close() {
      open = false;
      Objects.requireNonNull(system).close();
    }
  }
}
