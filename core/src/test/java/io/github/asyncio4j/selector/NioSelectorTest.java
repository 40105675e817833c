// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
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
