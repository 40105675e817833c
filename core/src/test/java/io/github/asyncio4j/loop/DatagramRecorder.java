// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A datagram protocol that notes what it is called with, and that no call comes out of order.
public class DatagramRecorder implements DatagramProtocol {
  final EventLoop loop;
  final List<String> calls = new ArrayList<>();
  final List<String> breaches = new ArrayList<>();
  final List<byte[]> received = new ArrayList<>();
  final List<SocketAddress> senders = new ArrayList<>();
  final List<IOException> errors = new ArrayList<>();
  DatagramTransport transport;
  Exception lostTo;

  private final List<Future<@Nullable Void>> waiting = new ArrayList<>();
  private boolean paused;

  DatagramRecorder(EventLoop loop) {
    this.loop = loop;
  }

  InetSocketAddress address() {
    return transport.getExtraInfo("sockname", InetSocketAddress.class);
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    if (!calls.isEmpty()) {
      breaches.add("connectionMade after " + calls);
    }
    this.transport = (DatagramTransport) transport;
    note("made");
  }

  @Override
  public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
    ensureConnected("datagram");
    var bytes = new byte[data.remaining()];
    data.get(bytes);
    received.add(bytes);
    senders.add(addr);
    note("datagram");
  }

  @Override
  public void errorReceived(IOException exc) {
    ensureConnected("error");
    errors.add(exc);
    note("error");
  }

  @Override
  public void pauseWriting() {
    ensureConnected("pauseWriting");
    if (paused) {
      breaches.add("second pauseWriting in a row");
    }
    paused = true;
    note("pause");
  }

  @Override
  public void resumeWriting() {
    ensureConnected("resumeWriting");
    if (!paused) {
      breaches.add("resumeWriting without pauseWriting");
    }
    paused = false;
    note("resume");
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    ensureConnected("connectionLost");
    lostTo = exc;
    note(exc == null ? "lost" : "lost to " + exc.getClass().getSimpleName());
  }

  private void ensureConnected(String call) {
    if (calls.isEmpty() || isLost()) {
      breaches.add(call + " after " + calls);
    }
  }

  boolean isLost() {
    return !calls.isEmpty() && calls.getLast().startsWith("lost");
  }

  /// Returns the datagrams as text.
  List<String> texts() {
    return received.stream().map(bytes -> new String(bytes, StandardCharsets.US_ASCII)).toList();
  }

  private void note(String call) {
    calls.add(call);
    var woken = List.copyOf(waiting);
    waiting.clear();
    for (var waiter : woken) {
      waiter.trySetResult(null);
    }
  }

  /// Suspends until a condition holds; it is asked after each call.
  void until(BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      Future<@Nullable Void> waiter = loop.createFuture();
      waiting.add(waiter);
      waiter.await();
    }
  }

  void untilReceived(int datagrams) throws Exception {
    until(() -> received.size() >= datagrams);
  }

  void untilErrors(int count) throws Exception {
    until(() -> errors.size() >= count);
  }

  void untilLost() throws Exception {
    until(this::isLost);
  }
}
