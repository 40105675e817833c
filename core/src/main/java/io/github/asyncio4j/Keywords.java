// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of a call with their values, to compare and to print.
final class Keywords {
  private final String of;
  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

  Keywords(String of) {
    this.of = of;
  }

  Keywords with(String name, @Nullable Object value) {
    values.put(name, value);
    return this;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Keywords keywords
        && of.equals(keywords.of)
        && values.equals(keywords.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return of + values;
  }
}
