// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.WriteTransport;

/// A [Recorder] of one end of a pipe.
class PipeRecorder extends Recorder {
  // One of them is null.
  ReadTransport in;
  WriteTransport out;

  PipeRecorder(EventLoop loop) {
    super(loop);
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    in = transport instanceof ReadTransport reading ? reading : null;
    out = transport instanceof WriteTransport writing ? writing : null;
    super.connectionMade(transport);
  }
}
