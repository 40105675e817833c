// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static io.github.asyncio4j.selector.Selector.BROKEN;
import static io.github.asyncio4j.selector.Selector.READ;
import static io.github.asyncio4j.selector.Selector.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.LoopKind;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Interest in nothing but the break of a connection (B5).
@ParameterizedClass
@EnumSource(names = {"EPOLL_BATON", "NIO_BATON"})
final class BreakTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final LoopKind kind;
  private Selector selector;
  private ChannelPair pair;
  private final List<Integer> reported = new ArrayList<>();

  BreakTest(LoopKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void openAll() throws IOException {
    selector = kind.newSelector();
    pair = ChannelPair.open();
  }

  @AfterEach
  void closeAll() throws IOException {
    selector.close();
    pair.close();
  }

  private Registration watch(int interest) throws IOException {
    return selector.register(Pollable.of(pair.near()), interest, reported::add);
  }

  private void reset() throws IOException {
    pair.far().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.far().close();
  }

  private void selectUntilReported() throws IOException {
    while (reported.isEmpty()) {
      selector.select(-1);
    }
  }

  @Test
  void neitherBytesNorRoomNorTheEndOfTheStreamAreABreak() throws IOException {
    watch(BROKEN);
    pair.sendFromFar(1);
    pair.far().shutdownOutput();
    long end = System.nanoTime() + SECOND / 2;
    int selects = 0;
    for (long left = SECOND / 2; left > 0; left = end - System.nanoTime()) {
      selector.select(left);
      selects++;
    }

    assertThat(reported).isEmpty();
    assertThat(selects).isLessThan(10);
    assertThat(selector.anyInterest()).isTrue();
  }

  @Test
  void aResetIsOneAlsoBehindTheEndOfTheStream() throws IOException {
    watch(BROKEN);
    pair.far().shutdownOutput();
    selector.select(0);
    reset();
    selectUntilReported();

    assertThat(reported).containsExactly(BROKEN);
  }

  @Test
  void whoIsInterestedInMoreIsToldOfTheBreakAsOfAll() throws IOException {
    watch(READ | BROKEN);
    reset();
    selectUntilReported();

    assertThat(reported.getFirst() & READ).isEqualTo(READ);
  }

  @Test
  void theInterestCanBeTakenBackAndTakenUpAgain() throws IOException {
    var registration = watch(0);
    for (int i = 0; i < 3; i++) {
      registration.interest(BROKEN);
      registration.interest(BROKEN | WRITE);
      selector.select(0);
      registration.interest(0);
    }
    assertThat(reported).isNotEmpty().containsOnly(WRITE);
    assertThat(selector.anyInterest()).isFalse();
    reported.clear();
    registration.interest(BROKEN);
    reset();
    selectUntilReported();
    assertThat(reported).containsExactly(BROKEN);
  }

  @Test
  void aCancelledRegistrationLetsGoOfItsChannel() throws IOException {
    watch(BROKEN).cancel();
    pair.near().close();

    // Open as long as a selector holds it, for the JDK.
    assertThat(pair.far().configureBlocking(true)).isSameAs(pair.far());
    pair.far().socket().setSoTimeout(30_000);
    assertThat(pair.far().socket().getInputStream().read()).isEqualTo(-1);
    selector.select(0);
    assertThat(reported).isEmpty();
  }
}
