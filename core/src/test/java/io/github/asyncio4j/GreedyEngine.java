// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/// An engine that wants buffers of a size that no other does, as its contract allows.
public final class GreedyEngine extends DelegatingEngine {
  private final int wanted;

  /// Makes one.
  ///
  /// @param wanted how much room a destination must have
  public GreedyEngine(SSLEngine engine, int wanted) {
    super(engine);
    this.wanted = wanted;
  }

  private SSLEngineResult overflow() {
    return new SSLEngineResult(SSLEngineResult.Status.BUFFER_OVERFLOW, getHandshakeStatus(), 0, 0);
  }

  @Override
  public SSLEngineResult wrap(ByteBuffer[] srcs, int offset, int length, ByteBuffer dst)
      throws SSLException {
    return dst.remaining() < wanted ? overflow() : super.wrap(srcs, offset, length, dst);
  }

  @Override
  public SSLEngineResult unwrap(ByteBuffer src, ByteBuffer[] dsts, int offset, int length)
      throws SSLException {
    return dsts[offset].remaining() < wanted ? overflow() : super.unwrap(src, dsts, offset, length);
  }
}
