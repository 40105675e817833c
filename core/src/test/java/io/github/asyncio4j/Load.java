// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// How much a test of the fault catalogue does: a little in every build, or as much as
/// `docs/reliability.md` promises, with `-Dio.github.asyncio4j.load=full`.
public final class Load {
  private static final boolean FULL = "full".equals(System.getProperty("io.github.asyncio4j.load"));

  private Load() {}

  /// Returns one of two counts.
  public static int of(int usual, int full) {
    return FULL ? full : usual;
  }
}
