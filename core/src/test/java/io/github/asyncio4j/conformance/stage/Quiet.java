// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import java.util.function.Consumer;

/// A recorder that prints nothing but the end of the connection.
public class Quiet extends Recorder {
  public Quiet(Consumer<String> out) {
    super(
        line -> {
          if (line.startsWith("lost")) {
            out.accept(line);
          }
        });
  }
}
