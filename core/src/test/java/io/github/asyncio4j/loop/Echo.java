// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.nio.ByteBuffer;

/// A protocol that sends back what it gets, and takes no more than it can send.
class Echo implements Protocol {
  private Transport transport;

  @Override
  public void connectionMade(BaseTransport made) {
    transport = (Transport) made;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    transport.write(data);
  }

  @Override
  public void pauseWriting() {
    transport.pauseReading();
  }

  @Override
  public void resumeWriting() {
    transport.resumeReading();
  }
}
