// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Objects that are in use, oldest first, which it does not keep from being collected. Any thread;
/// who reads waits for nobody.
///
/// For few of them: to add one takes time for each.
final class LiveObjects<T> {
  private final CopyOnWriteArrayList<WeakReference<T>> references = new CopyOnWriteArrayList<>();
  private final Predicate<T> inUse;

  /// @param inUse tells whether an object still is
  LiveObjects(Predicate<T> inUse) {
    this.inUse = inUse;
  }

  /// Adds an object, and forgets those that are not in use any more.
  void add(T object) {
    references.removeIf(reference -> !isLive(reference.get()));
    references.add(new WeakReference<>(object));
  }

  private boolean isLive(@Nullable T object) {
    return object != null && inUse.test(object);
  }

  /// Returns those that are in use.
  List<T> toList() {
    var objects = new ArrayList<T>();
    for (WeakReference<T> reference : references) {
      T object = reference.get();
      if (object != null && inUse.test(object)) {
        objects.add(object);
      }
    }
    return objects;
  }
}
