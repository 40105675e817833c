// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Which selector a JVM without any flag gets.
@Tag("portable")
class PortableSelectorTest extends SelectorContract {
  @Override
  Selector openSelector() throws IOException {
    return Selector.open();
  }

  @Test
  void withoutAnyFlagItIsNio() throws IOException {
    try (Selector selector = Selector.open()) {
      assertThat(selector).isInstanceOf(NioSelector.class);
    }
  }

  @Test
  void epollIsRefusedByNamingTheFlag() {
    assertThatThrownBy(EpollSelector::open)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("--enable-native-access=io.github.asyncio4j");
  }

  @Test
  void aBareDescriptorIsRefusedByNamingTheFlag() throws IOException {
    try (Selector selector = Selector.open()) {
      assertThatThrownBy(() -> selector.register(Pollable.of(0), Selector.READ, _ -> {}))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("--enable-native-access=io.github.asyncio4j");
    }
  }

  @Test
  void theNumberOfAChannelIsNotKnown() throws IOException {
    try (ChannelPair pair = ChannelPair.open()) {
      assertThat(Pollable.of(pair.near()).fileno()).isEqualTo(-1);
    }
  }
}
