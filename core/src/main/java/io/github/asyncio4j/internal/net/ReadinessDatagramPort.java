// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.ReusableHandle;
import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.DatagramBatch;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A datagram socket of a [ReadinessBackend]: several datagrams are received by one call, where the
/// system can do that.
///
/// Loop thread only.
final class ReadinessDatagramPort implements DatagramPort {
  /*
   * A protocol is to see one datagram in an iteration, because what it does on account of the
   * first comes before the second. While nobody waits for a turn there is no difference, so then the
   * next one is handed over at once. As soon as somebody does, the rest is copied out of the memory
   * that the sockets of the loop share, and follows in the next iterations, one in each; so does what is beyond the limit of R-63.
   *
   * To copy is waste, so a socket whose protocol gives others work each time is asked for one
   * datagram at a time; when that leads to nothing, for two, and so on.
   */

  private final Lowlevel lowlevel;
  private final Socket socket;
  private final Owner owner;
  private final IoWatch watch;
  private final DatagramBatch batch;

  // Loop thread only.
  private @Nullable Context context;
  // How many to ask for.
  private int most = 1;
  // The part of the batch that is ours, inside of deliver() only.
  private int next;
  private int end;
  private boolean mayAsk;
  private int budget;
  // Null for sockets that the system knows the room of.
  private final @Nullable FruitlessRoom pauses;
  // What did not find its turn.
  private final Queue<Kept> rest = new ArrayDeque<>(0);
  private @Nullable ReusableHandle restHandle;
  private boolean restQueued;
  // The rest had its turn, and readiness that was found by the same poll waits for the next one.
  private boolean restServed;

  ReadinessDatagramPort(Lowlevel lowlevel, Socket socket, Owner owner, ReceiveBatches batches)
      throws IOException {
    this.lowlevel = lowlevel;
    this.socket = socket;
    this.owner = owner;
    this.batch = batches.of(socket);
    this.watch = lowlevel.watch(socket, owner, this::onReadable, this::onRoom);
    this.pauses =
        socket.family() == StandardProtocolFamily.UNIX
            ? new FruitlessRoom(lowlevel.loop(), this::onRoom)
            : null;
  }

  private record Kept(Datagram datagram, boolean truncated) {}

  // Receiving.

  private void onReadable() {
    if (restServed) {
      // Readiness is a level: the next poll tells of it again.
      restServed = false;
    } else if (!restQueued) {
      deliver();
    }
  }

  private void onRest() {
    restQueued = false;
    restServed = true;
    if (watch.isReading()) {
      deliver();
    }
  }

  private void deliver() {
    mayAsk = rest.isEmpty();
    next = 0;
    end = 0;
    boolean asked = mayAsk;
    budget = NetContext.TRANSFER_LIMIT;
    try {
      do {
        owner.onInput();
      } while (hasMore() && budget > 0 && watch.isReading() && !lowlevel.anyReady());
    } finally {
      try {
        if (asked) {
          adapt();
        }
        keepRest();
      } finally {
        next = 0;
        end = 0;
        mayAsk = false;
        owner.onInputEnd();
      }
    }
  }

  private void adapt() {
    if (next < end) {
      most = 1;
    } else if (end == most && most < batch.capacity() && !lowlevel.anyReady()) {
      most = Math.min(2 * most, batch.capacity());
    }
  }

  private void keepRest() {
    while (next < end) {
      int index = next++;
      ByteBuffer data = batch.data(index);
      ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
      rest.add(new Kept(new Datagram(copy, batch.address(index)), batch.isTruncated(index)));
    }
    if (!rest.isEmpty() && !restQueued) {
      restQueued = true;
      var handle = restHandle;
      if (handle == null) {
        handle = lowlevel.newHandle(this::onRest, Objects.requireNonNull(context));
        restHandle = handle;
      }
      handle.callSoon();
    }
  }

  @Override
  public @Nullable Datagram receive() throws IOException {
    Kept kept = rest.poll();
    Datagram datagram = kept == null ? ask() : whole(kept.datagram(), kept.truncated());
    if (datagram != null) {
      budget -= datagram.data().remaining();
    }
    return datagram;
  }

  private Datagram whole(Datagram datagram, boolean truncated) throws SocketException {
    if (truncated) {
      throw new SocketException(
          "a datagram of more than "
              + batch.roomForEach()
              + " bytes from "
              + datagram.address()
              + " was cut and is dropped: "
              + socket);
    }
    return datagram;
  }

  private @Nullable Datagram ask() throws IOException {
    if (next == end) {
      if (!mayAsk) {
        return null;
      }
      mayAsk = false;
      next = 0;
      end = 0;
      end = batch.receive(socket, most);
      if (end == 0) {
        return null;
      }
    }
    int index = next++;
    return whole(new Datagram(batch.data(index), batch.address(index)), batch.isTruncated(index));
  }

  @Override
  public boolean hasMore() {
    return next < end || !rest.isEmpty();
  }

  // Sending.

  @Override
  public boolean send(ByteBuffer data, @Nullable SocketAddress address) throws IOException {
    int position = data.position();
    try {
      return socket.sendto(data, address);
    } finally {
      data.position(position);
    }
  }

  @Override
  public int send(@Nullable Datagram[] waiting, int offset, int length) throws IOException {
    var pauses = this.pauses;
    if (pauses == null) {
      return Datagram.send(socket, waiting, offset, length);
    }
    boolean full = false;
    try {
      int gone = Datagram.send(socket, waiting, offset, length);
      full = gone == 0;
      return gone;
    } finally {
      if (!full) {
        pauses.moved();
      }
    }
  }

  private void onRoom() {
    if (pauses != null) {
      pauses.called();
    }
    owner.onRoom();
  }

  // What all ports are.

  @Override
  public void receiving(boolean on) throws IOException {
    watch.reading(on);
    if (!on) {
      dropRest();
    }
  }

  private void dropRest() {
    next = 0;
    end = 0;
    rest.clear();
  }

  @Override
  public void sending(boolean on) throws IOException {
    var pauses = this.pauses;
    if (pauses != null) {
      if (on && pauses.isDue()) {
        watch.writing(false);
        pauses.begin(context);
        return;
      }
      pauses.cancel();
    }
    watch.writing(on);
  }

  @Override
  public boolean isSending() {
    return watch.isWriting() || (pauses != null && pauses.isOn());
  }

  @Override
  public void runIn(Context context) {
    this.context = context;
    watch.runIn(context);
  }

  @Override
  public void callForRoom() {
    watch.callWriter();
  }

  @Override
  public void close() {
    dropRest();
    if (pauses != null) {
      pauses.cancel();
    }
    watch.close();
  }
}
