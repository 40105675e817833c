// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.LoopConnections;
import io.github.asyncio4j.LoopFiles;
import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.LoopPipes;
import io.github.asyncio4j.LoopSockets;
import io.github.asyncio4j.LoopSubprocesses;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.internal.net.HostLookup;
import io.github.asyncio4j.internal.net.Network;
import io.github.asyncio4j.internal.net.Sockets;
import io.github.asyncio4j.internal.os.Subprocesses;
import io.github.asyncio4j.selector.Selector;
import io.github.asyncio4j.socket.SocketTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/// A loop that polls a selector: epoll, or what the JDK offers (EL-07).
///
/// Which sockets it opens follows from its selector: descriptors where those can be polled, else
/// NIO channels. Threads as for [io.github.asyncio4j.EventLoop].
public final class SelectorEventLoop extends BaseEventLoop {
  private final Network network;
  private final Subprocesses subprocesses;

  /// Makes a loop over the best selector that works here.
  ///
  /// @throws UncheckedIOException when the system is out of descriptors
  public SelectorEventLoop() {
    this(openSelector());
  }

  /// Makes a loop over a selector, which it owns and closes.
  ///
  /// @param selector open and without registrations
  public SelectorEventLoop(Selector selector) {
    this(selector, HostLookup.SYSTEM);
  }

  /// Makes a loop that tells an observer what it does, for tests and tools.
  ///
  /// @param selector open and without registrations; owned and closed by the loop
  public SelectorEventLoop(Selector selector, LoopObserver observer) {
    this(selector, HostLookup.SYSTEM);
    Lowlevel.of(this).observe(Objects.requireNonNull(observer, "observer"));
  }

  /// Makes a loop that resolves names in another way than the system's.
  SelectorEventLoop(Selector selector, HostLookup lookup) {
    super(selector);
    var tier = selector.pollsDescriptors() ? SocketTier.NATIVE : SocketTier.NIO;
    this.network = new Network(Lowlevel.of(this), Sockets.of(tier), lookup);
    this.subprocesses =
        new Subprocesses(
            Lowlevel.of(this), network.context(), network.pipes(), selector.pollsDescriptors());
  }

  private static Selector openSelector() {
    try {
      return Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector", e);
    }
  }

  @Override
  protected LoopConnections connections() {
    return network;
  }

  @Override
  protected LoopFiles files() {
    return network.files();
  }

  @Override
  protected LoopSockets sockets() {
    return network.sockets();
  }

  @Override
  protected LoopPipes pipes() {
    return network.pipes();
  }

  @Override
  protected LoopSubprocesses subprocesses() {
    return subprocesses;
  }

  @Override
  protected void onClose() {
    subprocesses.close();
    network.close();
  }
}
