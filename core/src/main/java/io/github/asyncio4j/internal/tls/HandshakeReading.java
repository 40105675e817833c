// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Reads messages of a handshake in a thread of its own, as many as are there. The loop's thread
/// makes it, and asks it when that has ended.
final class HandshakeReading implements DelegatedTasks.Work {
  private final SSLEngine engine;
  private final ByteBuffer in;
  private final ByteBuffer out = ByteBuffer.allocate(TlsBuffers.BYTES);
  private final List<SSLEngineResult> results = new ArrayList<>();

  /// @param bytes what has come; nobody changes it
  HandshakeReading(SSLEngine engine, byte[] bytes) {
    this.engine = engine;
    this.in = ByteBuffer.wrap(bytes);
  }

  @Override
  public void run() throws SSLException {
    SSLEngineResult result;
    do {
      result = engine.unwrap(in, out);
      results.add(result);
    } while (result.getStatus() == Status.OK
        && result.bytesConsumed() > 0
        && result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP);
  }

  List<SSLEngineResult> results() {
    return results;
  }

  /// Returns how many bytes the engine has taken.
  int consumed() {
    return in.position();
  }

  /// Returns what came for the program behind the handshake, or null.
  @Nullable ByteBuffer plain() {
    return out.position() == 0 ? null : out.flip();
  }
}
