// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.ReadTransport;
import org.jspecify.annotations.Nullable;

/// A transport that can be paused and resumed and prints it, and nothing else.
public record PrintingTransport(Stage stage) implements ReadTransport {
  @Override
  public void pauseReading() {
    stage.out("pause");
  }

  @Override
  public void resumeReading() {
    stage.out("resume");
  }

  @Override
  public boolean isReading() {
    throw new AssertionError("not called");
  }

  @Override
  public void close() {
    throw new AssertionError("not called");
  }

  @Override
  public boolean isClosing() {
    throw new AssertionError("not called");
  }

  @Override
  public @Nullable Object getExtraInfo(String name) {
    throw new AssertionError("not called");
  }

  @Override
  public BaseProtocol getProtocol() {
    throw new AssertionError("not called");
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    throw new AssertionError("not called");
  }
}
