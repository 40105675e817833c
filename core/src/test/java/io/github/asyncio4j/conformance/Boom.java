// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

/// An ordinary failure of a scenario's own.
final class Boom extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Boom(String message) {
    super(message);
  }
}
