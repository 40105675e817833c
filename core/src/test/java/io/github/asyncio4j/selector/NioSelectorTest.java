// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NioSelectorTest extends SelectorContract {
  private static final String PROPERTY = "io.github.asyncio4j.selector";

  @Override
  Selector openSelector() throws IOException {
    return NioSelector.open();
  }

  @Test
  void aBareDescriptorIsRefusedByNamingWhatWouldHelp() throws IOException {
    try (Selector selector = openSelector()) {
      assertThat(selector.pollsDescriptors()).isFalse();
      assertThatThrownBy(() -> selector.register(Pollable.of(0), Selector.READ, _ -> {}))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("fd 0");
    }
  }

  @Test
  void aBlockingChannelIsRefused() throws IOException {
    try (Selector selector = openSelector();
        ChannelPair pair = ChannelPair.open()) {
      pair.near().configureBlocking(true);

      assertThatThrownBy(() -> selector.register(Pollable.of(pair.near()), Selector.READ, _ -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("blocking");
    }
  }

  @Test
  void anOperationThatTheChannelCannotDoIsRefused() throws IOException {
    try (Selector selector = openSelector();
        var listener = ServerSocketChannel.open()) {
      listener.configureBlocking(false);

      assertThatThrownBy(() -> selector.register(Pollable.of(listener), Selector.WRITE, _ -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void waitOften(Selector selector) throws IOException {
    for (int i = 0; i < 1_000; i++) {
      selector.wakeup();
      selector.select(-1);
    }
  }

  @Test
  void aVirtualThreadWaitsOnlyAfterManyWaits() throws IOException {
    try (Selector selector = openSelector()) {
      assertThat(selector.waitsWithoutCarrier()).isFalse();
      for (int i = 0; i < 1_000; i++) {
        selector.select(0);
      }
      assertThat(selector.waitsWithoutCarrier()).isFalse();

      waitOften(selector);

      assertThat(selector.waitsWithoutCarrier()).isTrue();
    }
  }

  @Test
  void aVirtualThreadDoesNotWaitForManyChannels() throws IOException {
    try (Selector selector = openSelector();
        var channels = new Channels()) {
      waitOften(selector);
      for (int i = 0; i < 200; i++) {
        selector.register(Pollable.of(channels.add(SocketChannel.open())), 0, _ -> {});
      }
      assertThat(selector.waitsWithoutCarrier()).isTrue();

      Pollable oneMore = Pollable.of(channels.add(SocketChannel.open()));
      Registration registration = selector.register(oneMore, 0, _ -> {});

      assertThat(selector.waitsWithoutCarrier()).isFalse();
      registration.cancel();
      assertThat(selector.waitsWithoutCarrier()).isTrue();
    }
  }

  @Test
  void aCancelDoesNotLookAtEverythingThatIsReady() throws IOException {
    int count = 40;
    try (Selector selector = openSelector();
        var channels = new Channels()) {
      var registrations = new ArrayList<Registration>();
      for (int i = 0; i < count; i++) {
        SocketChannel near = channels.addConnected();
        registrations.add(selector.register(Pollable.of(near), Selector.WRITE, _ -> {}));
      }
      SelectableChannel listener = channels.add(ServerSocketChannel.open());
      Registration listening = selector.register(Pollable.of(listener), Selector.READ, _ -> {});
      selector.select(-1);

      registrations.forEach(Registration::cancel);
      int notForgotten = channels.countRegistered();

      // It is shared by a few cancels; a listener ends there and then all the same.
      assertThat(notForgotten).isBetween(1, 3);
      listening.cancel();
      assertThat(channels.countRegistered()).isZero();
    }
  }

  @Test
  void aCancelledConnectionIsLetGoAtOnceWhereLittleIsReady() throws IOException {
    try (Selector selector = openSelector();
        ChannelPair pair = ChannelPair.open()) {
      Registration registration =
          selector.register(Pollable.of(pair.near()), Selector.WRITE, _ -> {});
      selector.select(-1);

      registration.cancel();

      assertThat(pair.near().isRegistered()).isFalse();
    }
  }

  /// Channels that are closed together.
  private static final class Channels implements AutoCloseable {
    private final List<SelectableChannel> all = new ArrayList<>();

    SelectableChannel add(SelectableChannel channel) throws IOException {
      all.add(channel);
      channel.configureBlocking(false);
      return channel;
    }

    SocketChannel addConnected() throws IOException {
      ChannelPair pair = ChannelPair.open();
      all.add(pair.far());
      add(pair.near());
      return pair.near();
    }

    int countRegistered() {
      return (int) all.stream().filter(SelectableChannel::isRegistered).count();
    }

    @Override
    public void close() throws IOException {
      for (SelectableChannel channel : all) {
        channel.close();
      }
    }
  }

  @Test
  void thePropertyForcesASelector() throws IOException {
    try {
      System.setProperty(PROPERTY, "nio");
      try (Selector selector = Selector.open()) {
        assertThat(selector).isInstanceOf(NioSelector.class);
      }
      System.setProperty(PROPERTY, "epoll");
      try (Selector selector = Selector.open()) {
        assertThat(selector).isInstanceOf(EpollSelector.class);
      }
      System.setProperty(PROPERTY, "kqueue");
      assertThatThrownBy(Selector::open)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("kqueue");
    } finally {
      System.clearProperty(PROPERTY);
    }
  }
}
