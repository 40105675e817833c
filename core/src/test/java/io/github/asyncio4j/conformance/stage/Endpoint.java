// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.DatagramOptions;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Prints each call under its name, and can be waited for.
public class Endpoint implements DatagramProtocol {
  private final Consumer<String> out;
  private final String name;
  public final List<Object> heard = new ArrayList<>();
  private final List<Future<@Nullable Void>> waiters = new ArrayList<>();
  public DatagramTransport transport;
  private boolean lost;

  public Endpoint(Consumer<String> out, String name) {
    this.out = out;
    this.name = name;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (DatagramTransport) transport;
    out.accept(name + " made");
  }

  @Override
  public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
    heard.add(addr);
    out.accept(name + " got " + Words.show(data));
    wake();
  }

  @Override
  public void errorReceived(IOException exc) {
    heard.add(exc);
    out.accept(name + " error " + Words.word(exc));
    wake();
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    lost = true;
    out.accept(name + " lost " + Words.word(exc));
    wake();
  }

  /// Notes something in place of a sender, and wakes who waits for it.
  protected final void note(Object heardOf) {
    heard.add(heardOf);
    wake();
  }

  private void wake() {
    var woken = List.copyOf(waiters);
    waiters.clear();
    woken.forEach(waiter -> waiter.setResult(null));
  }

  private void until(BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      Future<@Nullable Void> waiter = Asyncio.getRunningLoop().createFuture();
      waiters.add(waiter);
      waiter.await();
    }
  }

  /// Waits until so many datagrams and errors have come.
  public void hear(int count) throws Exception {
    until(() -> heard.size() >= count);
  }

  public InetSocketAddress address() {
    return transport.getExtraInfo("sockname", InetSocketAddress.class);
  }

  public void sendto(String text, @Nullable SocketAddress address) {
    transport.sendto(text.getBytes(StandardCharsets.US_ASCII), address);
  }

  public void end() throws Exception {
    transport.close();
    until(() -> lost);
  }

  /// Opens it. Suspends.
  public Endpoint open(
      @Nullable SocketAddress local, @Nullable SocketAddress remote, DatagramOptions options)
      throws IOException {
    Asyncio.getRunningLoop().createDatagramEndpoint(() -> this, local, remote, options);
    return this;
  }
}
