// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is known after a suspension for which there was no stack, where the address of the stack
/// can be had and where it cannot.
final class StackShortageTest {
  private static final int DEEP = 2_000;

  private final StackOverflowError met = new StackOverflowError("met");
  private StackShortage shortage;

  private StackRoom room(boolean measured) {
    var room = new StackRoom();
    if (measured) {
      room.measure();
    }
    return room;
  }

  private static void at(int depth, Runnable action) {
    if (depth == 0) {
      action.run();
    } else {
      at(depth - 1, action);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itIsRefusedAgainAtTheSameDepthAndNotFurtherUp(boolean measured) {
    at(
        DEEP,
        () -> {
          shortage = new StackShortage(room(measured), met);
          assertThatThrownBy(shortage::refuseIfNoBetter).isInstanceOf(StackOverflowError.class);
        });

    shortage.refuseIfNoBetter();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eachFailureAsksForMoreThanTheOneBeforeIt(boolean measured) {
    shortage = new StackShortage(room(measured), met);
    for (int i = 0; i < 10; i++) {
      shortage.again();
    }
    at(10, () -> shortage = again(shortage));

    // A little further up, which would have been enough after the first.
    assertThatThrownBy(shortage::refuseIfNoBetter).isInstanceOf(StackOverflowError.class);
  }

  private static StackShortage again(StackShortage shortage) {
    shortage.again();
    return shortage;
  }

  @Test
  void theRefusalSaysWhatItComesFrom() {
    shortage = new StackShortage(room(true), met);

    assertThatThrownBy(shortage::refuseIfNoBetter)
        .isInstanceOf(StackOverflowError.class)
        .hasMessageContaining("could not be suspended the last time")
        .hasCause(met);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void theAddressIsLowerTheDeeperTheCalls(int deeper) {
    StackRoom room = room(true);
    var addresses = new long[2];
    at(1, () -> addresses[0] = room.address());
    at(1 + deeper, () -> addresses[1] = room.address());

    // The frame of a call takes at least its return address.
    assertThat(addresses[1]).isPositive().isLessThan(addresses[0] - 8L * deeper);
  }
}
