// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

/// An ordinary failure of a scenario's own.
public final class Boom extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Boom(String message) {
    super(message);
  }
}
