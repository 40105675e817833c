// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.AbstractQueue;
import java.util.Comparator;
import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Items in the order of a comparator, and those that compare as equal in the order in which they
/// were put. Loop thread only.
///
/// A comparator that throws leaves it as it was, where the JDK's heap may lose an item: a tree
/// compares before it changes, and does not compare at all when the first item is taken out.
final class SortedItems<T> extends AbstractQueue<T> {
  private record Numbered<T>(T item, long number) {}

  private final TreeSet<Numbered<T>> items;
  private long nextNumber;

  SortedItems(Comparator<? super T> comparator) {
    items =
        new TreeSet<>(
            Comparator.<Numbered<T>, T>comparing(Numbered::item, comparator)
                .thenComparingLong(Numbered::number));
  }

  @Override
  public boolean offer(T item) {
    return items.add(new Numbered<>(item, nextNumber++));
  }

  @Override
  public @Nullable T poll() {
    Numbered<T> first = items.pollFirst();
    return first == null ? null : first.item;
  }

  @Override
  public @Nullable T peek() {
    return items.isEmpty() ? null : items.getFirst().item;
  }

  @Override
  public void clear() {
    items.clear();
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public Iterator<T> iterator() {
    return items.stream().map(Numbered::item).iterator();
  }
}
