// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Whether loops are in debug mode from the start (EL-124).
final class DebugMode {
  private static final String PROPERTY = "io.github.asyncio4j.debug";
  private static final String VARIABLE = "ASYNCIO4J_DEBUG";

  private DebugMode() {}

  static boolean isDefault() {
    String variable = System.getenv(VARIABLE);
    return Boolean.getBoolean(PROPERTY) || (variable != null && !variable.isEmpty());
  }
}
