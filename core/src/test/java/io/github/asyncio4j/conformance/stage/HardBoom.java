// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

/// A failure of a scenario's own that `catch (Exception e)` does not catch.
public final class HardBoom extends Error {
  private static final long serialVersionUID = 1L;

  public HardBoom(String message) {
    super(message);
  }
}
