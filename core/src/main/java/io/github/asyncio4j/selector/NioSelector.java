// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import io.github.asyncio4j.internal.ffi.Native;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A selector over [java.nio.channels.Selector]: portable, for NIO channels only.
///
/// Threads as for [Selector]. Timeouts are rounded up to whole milliseconds, which is all that the
/// JDK has. A channel that is closed while registered frees its descriptor in the next select, a
/// rule of the JDK; one whose registration was cancelled before frees it at once, save that those
/// of connections wait for a few more, or the next select, while much is ready. While the selecting
/// thread is interrupted each select returns at once.
public final class NioSelector implements Selector {
  /*
   * The JDK holds locks while it runs the consumer of a select. So that listeners may do what they
   * like, the consumer only notes what is ready, and listeners run after the select.
   *
   * The JDK knows four operations where we know two. A connect in progress ends as OP_CONNECT; once
   * it is over that operation is never ready, but the kernel goes on to report the channel
   * writable, and the select would spin. Hence `connecting`, the registrations to look at before
   * each select.
   *
   * The JDK lets go of cancelled keys in a select only, which looks at up to a thousand channels
   * that are ready. So when a thousand connections end, each close must not select for itself.
   *
   * A virtual thread that selects has the JDK put the selector's own epoll descriptor under that of
   * its poller, for which the kernel walks all that is registered: each wait would take a time that
   * grows with the channels. And it starts that poller, a thread that is in native code ever after:
   * at the end of the process HotSpot waits 300 ms for such a thread. So a program that is over soon
   * does without.
   */

  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  // To look at so many ready channels costs about as much as to let go of one.
  private static final int LOOKS_PER_CANCEL = 16;

  // With more channels than that it takes longer to have the JDK's poller wait than to hand over to
  // a platform thread and back.
  private static final int MAX_CHANNELS_OF_VIRTUAL_WAIT = 200;

  // How many waits are made without the JDK's poller, which every program pays for at its end.
  private static final int FIRST_WAITS = 1000;

  private final java.nio.channels.Selector selector;
  private final Consumer<SelectionKey> collect = this::collect;
  private final NioBreaks breaks = new NioBreaks();

  // Loop thread only, as is all below.
  private final List<NioRegistration> connecting = new ArrayList<>();
  private @Nullable NioRegistration[] batch = new NioRegistration[64];
  private int[] batchOps = new int[64];
  // How many registrations have an interest. One whose channel was closed before it was cancelled
  // counts until then.
  private int interested;
  // How many waits there were, up to the first that may be the JDK's poller's. Whoever waits.
  private int waits;
  // How many were ready in the last select.
  private int ready;
  // How many keys have been cancelled since the last select.
  private int cancelled;

  private NioSelector(java.nio.channels.Selector selector) {
    this.selector = selector;
  }

  /// Opens a selector.
  ///
  /// @throws IOException when the system is out of descriptors
  public static NioSelector open() throws IOException {
    return new NioSelector(java.nio.channels.Selector.open());
  }

  @Override
  public Registration register(Pollable pollable, int interest, ReadyListener listener)
      throws IOException {
    ensureOpen();
    SelectableChannel channel = pollable.channel();
    if (channel == null) {
      throw Native.unsupported("Polling " + pollable);
    }
    if (channel.isBlocking()) {
      throw new IllegalArgumentException("channel is blocking: " + pollable);
    }
    SelectionKey old = channel.keyFor(selector);
    if (old != null) {
      if (old.isValid()) {
        throw new IllegalStateException("already registered: " + pollable);
      }
      forgetCancelledKeys();
    }
    int ops = operations(channel, interest);
    var registration = new NioRegistration(this, pollable, channel, listener);
    registration.attach(channel.register(selector, ops, registration), interest);
    countInterest(0, interest);
    noteConnect(registration, ops);
    breaks.watch(registration, watchesForBreak(registration.channel(), interest));
    return registration;
  }

  /// A cancelled key bars its channel until a select; that select swallows a wake-up.
  private void forgetCancelledKeys() throws IOException {
    cancelled = 0;
    ready = selector.selectNow(_ -> {});
    selector.wakeup();
  }

  /// Cancels a key and lets go of its channel at once, so that a close frees the descriptor and
  /// ends the listening there and then. A connection ends for its peer without that.
  void cancel(NioRegistration registration) {
    breaks.forget(registration);
    SelectionKey key = registration.key();
    if (!key.isValid()) {
      return;
    }
    key.cancel();
    cancelled++;
    if (isConnected(key.channel()) && cancelled * LOOKS_PER_CANCEL < ready) {
      return;
    }
    try {
      forgetCancelledKeys();
    } catch (IOException e) {
      return; // The next select lets go of it, or fails the same way and says so.
    }
  }

  /// Returns the JDK's operations for ours.
  private static int operations(SelectableChannel channel, int interest) {
    if ((interest & ~(READ | WRITE | BROKEN)) != 0) {
      throw new IllegalArgumentException("interest has unknown bits: " + interest);
    }
    int valid = channel.validOps();
    int ops = 0;
    if ((interest & READ) != 0) {
      ops |= (valid & SelectionKey.OP_ACCEPT) != 0 ? SelectionKey.OP_ACCEPT : SelectionKey.OP_READ;
    }
    if ((interest & WRITE) != 0) {
      ops |= isConnecting(channel) ? SelectionKey.OP_CONNECT : SelectionKey.OP_WRITE;
    }
    if ((ops & ~valid) != 0) {
      throw new IllegalArgumentException("channel cannot do interest " + interest + ": " + channel);
    }
    return ops;
  }

  private static boolean watchesForBreak(SelectableChannel channel, int interest) {
    return interest == BROKEN && isConnected(channel);
  }

  private static boolean isConnecting(SelectableChannel channel) {
    return channel instanceof SocketChannel socket && socket.isConnectionPending();
  }

  private static boolean isConnected(SelectableChannel channel) {
    return channel instanceof SocketChannel socket && socket.isConnected();
  }

  private void noteConnect(NioRegistration registration, int ops) {
    if ((ops & SelectionKey.OP_CONNECT) != 0 && !registration.connecting) {
      registration.connecting = true;
      connecting.add(registration);
    }
  }

  @Override
  public @Nullable Registration registration(Pollable pollable) {
    SelectableChannel channel = pollable.channel();
    SelectionKey key = channel == null ? null : channel.keyFor(selector);
    return key != null && key.isValid() ? (NioRegistration) key.attachment() : null;
  }

  void countInterest(int before, int after) {
    interested += (after == 0 ? 0 : 1) - (before == 0 ? 0 : 1);
  }

  void setInterest(NioRegistration registration, int interest) throws IOException {
    SelectionKey key = registration.key();
    int ops = operations(registration.channel(), interest);
    if (key.isValid()) {
      // Not skipped for an equal interest: the end of a connect changes what it stands for.
      if (key.interestOps() != ops) {
        key.interestOps(ops);
      }
      noteConnect(registration, ops);
      breaks.watch(registration, watchesForBreak(registration.channel(), interest));
    } else if (interest != 0) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public void select(long timeoutNanos) throws IOException {
    ensureOpen();
    if (!connecting.isEmpty()) {
      endConnects();
    }
    ready = 0;
    cancelled = 0;
    long wait = breaks.limit(timeoutNanos);
    if (wait != 0 && waits < FIRST_WAITS) {
      waits++;
    }
    try {
      if (wait == 0) {
        selector.selectNow(collect);
      } else if (wait < 0) {
        selector.select(collect);
      } else {
        selector.select(collect, (wait - 1) / NANOS_PER_MILLI + 1);
      }
    } catch (ClosedSelectorException e) {
      throw new IllegalStateException("selector is closed", e);
    }
    deliver();
    for (NioRegistration broken : breaks.look()) {
      if (broken.key().isValid() && (broken.interest() & BROKEN) != 0) {
        broken.listener().ready(BROKEN);
      }
    }
  }

  private void endConnects() {
    for (int i = connecting.size() - 1; i >= 0; i--) {
      NioRegistration registration = connecting.get(i);
      SelectionKey key = registration.key();
      if (!key.isValid()) {
        forgetConnect(i);
      } else if (!isConnecting(registration.channel())) {
        forgetConnect(i);
        key.interestOps(operations(registration.channel(), registration.interest()));
      }
    }
  }

  private void forgetConnect(int index) {
    // In place of the removed one comes the last, which has been looked at.
    NioRegistration last = connecting.removeLast();
    NioRegistration over = index == connecting.size() ? last : connecting.set(index, last);
    over.connecting = false;
  }

  private void collect(SelectionKey key) {
    if (ready == batch.length && !grow()) {
      return; // Readiness is a level: the next select tells of it again.
    }
    try {
      batchOps[ready] = key.readyOps();
      batch[ready++] = (NioRegistration) key.attachment();
    } catch (CancelledKeyException e) {
      return; // Its channel was closed by another thread just now.
    }
  }

  /// Makes the batch larger.
  ///
  /// @return false when there is no memory
  private boolean grow() {
    try {
      var ops = Arrays.copyOf(batchOps, ready * 2);
      batch = Arrays.copyOf(batch, ready * 2);
      batchOps = ops;
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private void deliver() {
    int count = ready;
    try {
      for (int i = 0; i < count; i++) {
        NioRegistration registration = Objects.requireNonNull(batch[i]);
        int bits = batchOps[i];
        int ops =
            ((bits & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0 ? READ : 0)
                | ((bits & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0 ? WRITE : 0);
        ops &= registration.interest();
        if (ops != 0 && registration.key().isValid()) {
          registration.listener().ready(ops);
        }
      }
    } finally {
      Arrays.fill(batch, 0, count, null);
    }
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public boolean pollsDescriptors() {
    return false;
  }

  /// Returns true once there were many waits, because the JDK has its poller wait, unless there are
  /// so many channels that this would take long.
  @Override
  public boolean waitsWithoutCarrier() {
    return waits >= FIRST_WAITS && selector.keys().size() <= MAX_CHANNELS_OF_VIRTUAL_WAIT;
  }

  @Override
  public boolean anyInterest() {
    return interested > 0;
  }

  @Override
  public boolean isOpen() {
    return selector.isOpen();
  }

  @Override
  public void close() throws IOException {
    try {
      selector.close();
    } finally {
      breaks.close();
    }
  }

  private void ensureOpen() {
    if (!selector.isOpen()) {
      throw new IllegalStateException("selector is closed");
    }
  }

  @Override
  public String toString() {
    return isOpen() ? "<NioSelector keys=" + selector.keys().size() + ">" : "<NioSelector closed>";
  }
}
