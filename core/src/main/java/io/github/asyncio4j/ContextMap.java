// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An immutable map from variables to values.
///
/// Any thread. A flat array of pairs: programs have a handful of context variables, and up to some
/// dozens a linear search by identity beats a tree. A change copies the array.
final class ContextMap {
  static final ContextMap EMPTY = new ContextMap(new Object[0]);

  // Variable, value, variable, value, ...
  private final Object[] pairs;

  private ContextMap(Object[] pairs) {
    this.pairs = pairs;
  }

  @SuppressWarnings("unchecked") // with() pairs a variable with a value of its type only
  <T> @Nullable T get(ContextVar<T> var) {
    int i = indexOf(var);
    return i < 0 ? null : (T) pairs[i + 1];
  }

  <T> ContextMap with(ContextVar<T> var, T value) {
    int i = indexOf(var);
    Object[] copy;
    if (i >= 0) {
      copy = pairs.clone();
    } else {
      i = pairs.length;
      copy = Arrays.copyOf(pairs, i + 2);
      copy[i] = var;
    }
    copy[i + 1] = value;
    return new ContextMap(copy);
  }

  ContextMap without(ContextVar<?> var) {
    int i = indexOf(var);
    if (i < 0) {
      return this;
    }
    Object[] copy = Arrays.copyOf(pairs, pairs.length - 2);
    System.arraycopy(pairs, i + 2, copy, i, copy.length - i);
    return new ContextMap(copy);
  }

  /// Returns the values with one of them set, or without it for null.
  <T> ContextMap replacing(ContextVar<T> var, @Nullable T value) {
    return value == null ? without(var) : with(var, value);
  }

  private int indexOf(ContextVar<?> var) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i] == var) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      if (Propagation.isHidden(pairs[i])) {
        continue;
      }
      text.append(text.isEmpty() ? "" : ", ").append(((ContextVar<?>) pairs[i]).name());
      text.append('=').append(pairs[i + 1]);
    }
    return text.toString();
  }
}
