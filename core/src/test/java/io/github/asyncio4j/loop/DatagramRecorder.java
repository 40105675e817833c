// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
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
import org.jspecify.annotations.Nullable;

/// A datagram protocol that notes what it is called with, and that no call comes out of order.
public class DatagramRecorder extends CallRecorder implements DatagramProtocol {
  final List<byte[]> received = new ArrayList<>();
  final List<SocketAddress> senders = new ArrayList<>();
  final List<IOException> errors = new ArrayList<>();
  DatagramTransport transport;

  DatagramRecorder(EventLoop loop) {
    super(loop);
  }

  InetSocketAddress address() {
    return transport.getExtraInfo("sockname", InetSocketAddress.class);
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (DatagramTransport) transport;
    noteMade();
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

  /// Returns the datagrams as text.
  List<String> texts() {
    return received.stream().map(bytes -> new String(bytes, StandardCharsets.US_ASCII)).toList();
  }

  void untilReceived(int datagrams) throws Exception {
    until(() -> received.size() >= datagrams);
  }

  void untilErrors(int count) throws Exception {
    until(() -> errors.size() >= count);
  }
}
