// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The port of a datagram socket in a [CompletingBackend]: one receive and one send at a time, and
/// each is told of after it was asked for.
final class CompletingDatagramPort implements DatagramPort, DatagramPort.Owner {
  private final Lowlevel lowlevel;
  private final Owner owner;
  private final DatagramPort system;
  private boolean receiving;
  private boolean sending;
  private boolean open = true;

  // The receive that is complete: what it got, or how it failed.
  private @Nullable Datagram received;
  private @Nullable IOException receiveFailure;

  // The send under way, and whether it has gone or failed.
  private @Nullable Datagram given;
  private boolean gone;
  private @Nullable IOException sendFailure;

  CompletingDatagramPort(Lowlevel lowlevel, IoBackend backend, Socket socket, Owner owner)
      throws IOException {
    this.lowlevel = lowlevel;
    this.owner = owner;
    this.system = backend.datagrams(socket, this);
  }

  @Override
  public String toString() {
    return owner.toString();
  }

  // What the system tells.

  @Override
  public void onInput() {
    if (received != null || receiveFailure != null) {
      return;
    }
    try {
      Datagram datagram = system.receive();
      if (datagram == null) {
        return;
      }
      var data = datagram.data();
      received =
          new Datagram(ByteBuffer.allocate(data.remaining()).put(data).flip(), datagram.address());
    } catch (IOException e) {
      receiveFailure = e;
    }
    ask(false);
    lowlevel.loop().callSoon(this::deliver);
  }

  @Override
  public void onInputEnd() {}

  private void ask(boolean on) {
    try {
      system.receiving(on);
    } catch (IOException e) {
      receiveFailure = e;
    }
  }

  private void deliver() {
    if (open && receiving) {
      try {
        owner.onInput();
      } finally {
        owner.onInputEnd();
        if (open && receiving) {
          ask(true);
        }
      }
    }
  }

  @Override
  public void onRoom() {
    var operation = given;
    if (operation != null && !gone && sendFailure == null) {
      try {
        gone = system.send(operation.data(), operation.address());
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
      if (!on) {
        ask(false);
        return;
      }
      lowlevel
          .loop()
          .callSoon(
              () -> {
                // Nothing is there at first.
                deliver();
              });
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
  public @Nullable Datagram receive() throws IOException {
    var failure = receiveFailure;
    receiveFailure = null;
    if (failure != null) {
      throw failure;
    }
    var datagram = received;
    received = null;
    return datagram;
  }

  @Override
  public boolean hasMore() {
    return false;
  }

  @Override
  public boolean send(ByteBuffer data, @Nullable SocketAddress address) {
    return false;
  }

  @Override
  public int send(@Nullable Datagram[] waiting, int offset, int length) throws IOException {
    var failure = sendFailure;
    if (failure != null) {
      sendFailure = null;
      given = null;
      throw failure;
    }
    if (given == null) {
      given = waiting[offset];
      gone = false;
      return 0;
    }
    if (!gone) {
      return 0;
    }
    if (given != waiting[offset]) {
      throw new IllegalStateException("another datagram than " + given + ": " + waiting[offset]);
    }
    given = null;
    return 1;
  }

  @Override
  public void close() {
    open = false;
    system.close();
  }
}
