// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class LiveObjectsTest {
  @Test
  void whatIsInUseIsThereInTheOrderInWhichItCame() {
    var objects = new LiveObjects<AtomicBoolean>(AtomicBoolean::get);
    var first = new AtomicBoolean(true);
    var second = new AtomicBoolean(true);
    var third = new AtomicBoolean(true);
    objects.add(first);
    objects.add(second);
    objects.add(third);

    second.set(false);

    assertThat(objects.toList()).containsExactly(first, third);
  }

  @Test
  void itKeepsNothingFromBeingCollected() {
    var objects = new LiveObjects<Object>(_ -> true);
    var object = new Object();
    var reference = new WeakReference<>(object);
    objects.add(object);

    object = null;
    while (reference.get() != null) {
      System.gc();
    }

    assertThat(objects.toList()).isEmpty();
  }
}
