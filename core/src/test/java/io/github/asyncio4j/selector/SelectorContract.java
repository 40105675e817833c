// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static io.github.asyncio4j.selector.Selector.READ;
import static io.github.asyncio4j.selector.Selector.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Descriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every selector must do, shown with NIO channels.
abstract class SelectorContract {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private Selector selector;
  private ChannelPair pair;
  private Pollable near;
  private final List<Integer> reported = new ArrayList<>();

  abstract Selector openSelector() throws IOException;

  @BeforeEach
  void openAll() throws IOException {
    selector = openSelector();
    pair = ChannelPair.open();
    near = Pollable.of(pair.near());
  }

  @AfterEach
  void closeAll() throws IOException {
    selector.close();
    pair.close();
  }

  /// Selects until something was reported, or until one poll brings nothing.
  private void selectUntilReported() throws IOException {
    while (reported.isEmpty()) {
      selector.select(SECOND);
    }
  }

  private Registration watch(int interest) throws IOException {
    return selector.register(near, interest, reported::add);
  }

  @Test
  void aChannelWithBytesIsReadyToRead() throws IOException {
    watch(READ);
    pair.sendFromFar(1);

    selectUntilReported();

    assertThat(reported).containsExactly(READ);
  }

  @Test
  void aChannelWithRoomIsReadyToWrite() throws IOException {
    watch(READ | WRITE);

    selectUntilReported();

    assertThat(reported).containsExactly(WRITE);
  }

  @Test
  void readAndWriteAreReportedInOneCall() throws IOException {
    watch(READ);
    pair.sendFromFar(1);
    selectUntilReported();
    reported.clear();
    selector.registration(near).interest(READ | WRITE);

    selectUntilReported();

    assertThat(reported).containsExactly(READ | WRITE);
  }

  @Test
  void whatIsNotConsumedIsReportedAgain() throws IOException {
    watch(READ);
    pair.sendFromFar(1);
    selectUntilReported();

    selector.select(0);
    selector.select(0);

    assertThat(reported).containsExactly(READ, READ, READ);
  }

  @Test
  void whatIsConsumedIsNotReportedAgain() throws IOException {
    watch(READ);
    pair.sendFromFar(1);
    selectUntilReported();
    pair.drainNear();

    selector.select(0);

    assertThat(reported).hasSize(1);
  }

  @Test
  void aFullChannelIsNotReadyToWriteUntilThePeerReads() throws IOException {
    pair.near().setOption(StandardSocketOptions.SO_SNDBUF, 8192);
    pair.fillFromNear();
    watch(WRITE);
    selector.select(0);
    assertThat(reported).isEmpty();

    pair.far().configureBlocking(true);
    Thread reader = Thread.ofPlatform().start(this::readAllFromFar);
    selectUntilReported();

    assertThat(reported).containsOnly(WRITE);
    pair.close();
    assertThatCode(reader::join).doesNotThrowAnyException();
  }

  private void readAllFromFar() {
    var buffer = java.nio.ByteBuffer.allocate(64 * 1024);
    try {
      while (pair.far().read(buffer) >= 0) {
        buffer.clear();
      }
    } catch (IOException e) {
      return; // Closed by the test.
    }
  }

  @Test
  void anInterestOfNothingReportsNothingButStaysRegistered() throws IOException {
    Registration registration = watch(READ | WRITE);
    pair.sendFromFar(1);
    registration.interest(0);

    selector.select(0);

    assertThat(reported).isEmpty();
    assertThat(registration.isValid()).isTrue();
    assertThat(selector.registration(near)).isSameAs(registration);
  }

  @Test
  void aHangUpDoesNotSpinASelectorThatHasNoInterest() throws IOException {
    Registration registration = watch(READ);
    registration.interest(0);
    pair.far().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.far().close();

    long start = System.nanoTime();
    selector.select(TimeUnit.MILLISECONDS.toNanos(30));

    assertThat(reported).isEmpty();
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(25));
  }

  @Test
  void aHangUpIsReportedAsEveryOperationOfInterest() throws IOException {
    watch(READ | WRITE);
    pair.far().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.far().close();

    while (!reported.contains(READ | WRITE)) {
      selector.select(SECOND);
    }
  }

  @Test
  void theInterestCanGrowAndShrink() throws IOException {
    Registration registration = watch(0);
    registration.interest(WRITE);
    selectUntilReported();
    registration.interest(READ);
    reported.clear();

    selector.select(0);

    assertThat(reported).isEmpty();
    assertThat(registration.interest()).isEqualTo(READ);
  }

  @Test
  void itKnowsWhetherAnythingIsWatched() throws IOException {
    assertThat(selector.anyInterest()).isFalse();
    Registration registration = watch(0);
    assertThat(selector.anyInterest()).isFalse();
    registration.interest(READ);
    registration.interest(READ | WRITE);
    registration.interest(WRITE);
    assertThat(selector.anyInterest()).isTrue();
    registration.interest(0);
    registration.interest(0);
    assertThat(selector.anyInterest()).isFalse();

    registration.interest(WRITE);
    registration.cancel();
    registration.cancel();
    assertThat(selector.anyInterest()).isFalse();

    watch(READ);
    assertThat(selector.anyInterest()).isTrue();
  }

  @Test
  void aClosedChannelIsNotWatchedWhoeverHasItsNumberNow() throws IOException {
    Registration idle = watch(0);
    pair.near().close();
    try (var reusing = ChannelPair.open()) {
      assertThatThrownBy(() -> idle.interest(WRITE)).isInstanceOf(ClosedChannelException.class);

      assertThat(selector.anyInterest()).isFalse();
      selector.register(Pollable.of(reusing.near()), WRITE, reported::add);
      selectUntilReported();
      assertThat(reported).containsExactly(WRITE);
    }
  }

  @Test
  void aCancelledRegistrationIsNeitherValidNorFoundNorReported() throws IOException {
    Registration registration = watch(WRITE);
    registration.cancel();
    registration.cancel();

    selector.select(0);

    assertThat(reported).isEmpty();
    assertThat(registration.isValid()).isFalse();
    assertThat(selector.registration(near)).isNull();
    assertThatThrownBy(() -> registration.interest(READ)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aChannelCanBeRegisteredAgainAtOnceAfterACancel() throws IOException {
    watch(WRITE).cancel();

    Registration second = watch(WRITE);
    selectUntilReported();

    assertThat(reported).containsExactly(WRITE);
    assertThat(selector.registration(near)).isSameAs(second);
  }

  @Test
  void aSecondRegistrationOfTheSameChannelIsRefused() throws IOException {
    watch(READ);

    assertThatThrownBy(() -> watch(WRITE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("already registered");
  }

  @Test
  void anUnknownInterestIsRefused() throws IOException {
    Registration registration = watch(READ);

    assertThatThrownBy(() -> registration.interest(8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8");
    assertThat(registration.interest()).isEqualTo(READ);
  }

  @Test
  void aListenerMayCancelAnotherOneOfTheSameBatch() throws IOException {
    try (ChannelPair other = ChannelPair.open()) {
      var registrations = new ArrayList<Registration>();
      for (ChannelPair each : List.of(pair, other)) {
        registrations.add(
            selector.register(
                Pollable.of(each.near()),
                WRITE,
                ops -> {
                  reported.add(ops);
                  registrations.forEach(Registration::cancel);
                }));
      }

      selectUntilReported();
      selector.select(0);

      assertThat(reported).hasSize(1);
    }
  }

  @Test
  void aListenerMayTakeAwayTheInterestOfAnotherOneOfTheSameBatch() throws IOException {
    try (ChannelPair other = ChannelPair.open()) {
      var registrations = new ArrayList<Registration>();
      for (ChannelPair each : List.of(pair, other)) {
        registrations.add(
            selector.register(
                Pollable.of(each.near()),
                WRITE,
                ops -> {
                  reported.add(ops);
                  for (Registration registration : registrations) {
                    setInterest(registration, READ);
                  }
                }));
      }

      selectUntilReported();

      assertThat(reported).hasSize(1);
    }
  }

  private static void setInterest(Registration registration, int ops) {
    try {
      registration.interest(ops);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aListenerMayCloseTheSelector() throws IOException {
    try (ChannelPair other = ChannelPair.open()) {
      for (ChannelPair each : List.of(pair, other)) {
        selector.register(
            Pollable.of(each.near()),
            WRITE,
            ops -> {
              reported.add(ops);
              assertThatCode(selector::close).doesNotThrowAnyException();
            });
      }

      selectUntilReported();

      assertThat(reported).hasSize(1);
      assertThat(selector.isOpen()).isFalse();
    }
  }

  @Test
  void whatAListenerThrowsLeavesTheSelectAndNothingIsLost() throws IOException {
    selector.register(
        near,
        WRITE,
        ops -> {
          reported.add(ops);
          if (reported.size() == 1) {
            throw new IllegalStateException("first");
          }
        });

    assertThatThrownBy(this::selectUntilReported).hasMessage("first");
    selector.select(0);

    assertThat(reported).hasSize(2);
  }

  @Test
  void aListeningChannelIsReadyToReadWhenAConnectionIsPending() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.configureBlocking(false);
      selector.register(Pollable.of(listener), READ, reported::add);
      selector.select(0);
      assertThat(reported).isEmpty();

      try (SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
        selectUntilReported();

        assertThat(client.isConnected()).isTrue();
        assertThat(reported).containsExactly(READ);
      }
    }
  }

  @Test
  void theEndOfAConnectIsReadyToWriteAndDoesNotSpinAfterwards() throws IOException {
    try (var listener = ServerSocketChannel.open();
        var client = SocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      client.configureBlocking(false);
      boolean connected = client.connect(listener.getLocalAddress());
      selector.register(Pollable.of(client), WRITE, reported::add);

      selectUntilReported();
      assertThat(connected || client.finishConnect()).isTrue();
      reported.clear();
      selectUntilReported();

      assertThat(reported).containsExactly(WRITE);
    }
  }

  @Test
  void aTimeoutOfZeroDoesNotWait() throws IOException {
    watch(READ);

    selector.select(0);

    assertThat(reported).isEmpty();
  }

  @Test
  void aTimeoutIsNeverCutShort() throws IOException {
    watch(READ);
    long timeout = TimeUnit.MICROSECONDS.toNanos(2300);

    long start = System.nanoTime();
    selector.select(timeout);

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout);
  }

  @Test
  void aWakeupBeforeTheSelectMakesItReturnAtOnce() throws IOException {
    selector.wakeup();

    selector.select(-1);

    assertThat(reported).isEmpty();
  }

  @Test
  void manyWakeupsCountAsOne() throws IOException {
    for (int i = 0; i < 1000; i++) {
      selector.wakeup();
    }
    selector.select(-1);

    long start = System.nanoTime();
    selector.select(TimeUnit.MILLISECONDS.toNanos(20));

    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(15));
  }

  @Test
  void aWakeupFromAnotherThreadIsNeverLost() throws Exception {
    int rounds = 5_000;
    var posted = new AtomicInteger();
    var taken = new SynchronousQueue<Integer>();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 1; i <= rounds; i++) {
                    posted.set(i);
                    selector.wakeup();
                    if (i % 16 == 0) {
                      await(taken);
                    }
                  }
                });

    int seen = 0;
    while (seen < rounds) {
      selector.select(-1);
      int now = posted.get();
      for (int i = seen / 16; i < now / 16; i++) {
        taken.put(i);
      }
      seen = now;
    }

    other.join();
  }

  private static void await(SynchronousQueue<Integer> queue) {
    try {
      queue.take();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWakeupRacingWithACloseIsHarmless() throws Exception {
    for (int i = 0; i < 200; i++) {
      Selector racing = openSelector();
      var start = new CountDownLatch(1);
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    start.countDown();
                    for (int k = 0; k < 20; k++) {
                      racing.wakeup();
                    }
                  });
      start.await();

      racing.close();
      other.join();

      assertThatCode(racing::wakeup).doesNotThrowAnyException();
    }
  }

  @Test
  void closingIsIdempotentAndMakesEverythingInvalid() throws IOException {
    Registration registration = watch(READ);
    selector.close();
    selector.close();

    registration.cancel();

    assertThat(selector.isOpen()).isFalse();
    assertThat(registration.isValid()).isFalse();
    assertThat(pair.near().isOpen()).isTrue();
    assertThatThrownBy(() -> selector.select(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> watch(READ)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingGivesEveryDescriptorBack() throws IOException {
    openSelector().close();
    long before = Descriptors.count();

    for (int i = 0; i < 10; i++) {
      Selector another = openSelector();
      another.register(near, READ, _ -> {});
      another.select(0);
      another.close();
    }

    assertThat(Descriptors.count()).isEqualTo(before);
  }

  @Test
  void aChannelClosedBeforeItsCancelBreaksNothing() throws IOException {
    Registration registration = watch(READ);
    pair.near().close();
    selector.select(0);

    registration.interest(0);
    registration.cancel();
    selector.select(0);

    assertThat(selector.registration(near)).isNull();
    assertThat(reported).isEmpty();
  }

  @Test
  void aClosedChannelCannotBeRegistered() throws IOException {
    pair.near().close();

    assertThatThrownBy(() -> watch(READ)).isInstanceOf(IOException.class);
  }

  @Test
  void thousandsOfReadyChannelsAreAllReported() throws IOException {
    var pairs = new ArrayList<ChannelPair>();
    var seen = new java.util.HashSet<Integer>();
    try {
      for (int i = 0; i < 1100; i++) {
        int index = i;
        ChannelPair each = ChannelPair.open();
        pairs.add(each);
        selector.register(Pollable.of(each.near()), WRITE, _ -> seen.add(index));
      }

      while (seen.size() < 1100) {
        selector.select(SECOND);
      }
    } finally {
      for (ChannelPair each : pairs) {
        each.close();
      }
    }
  }
}
