// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// What the end of a task is that could not be told yet: the heap was full.
enum Untold {
  NOTHING,
  VALUE,
  FAILURE
}
