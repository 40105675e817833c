// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One end of a connection of a simulated network: it knows what it must get, since each byte that
/// travels tells by its value of which connection it is and where it stands, and it looks at the
/// order of its calls. Loop thread only.
class SimulatedEnd implements Protocol {
  private enum State {
    NEW,
    MADE,
    ENDED,
    LOST
  }

  private final EventRecorder trace;
  private final boolean echoes;
  final Future<@Nullable Void> lost;

  private State state = State.NEW;
  private @Nullable Transport transport;
  private int mark;
  private boolean paused;
  int sent;
  int received;
  @Nullable Exception reason;

  SimulatedEnd(EventLoop loop, EventRecorder trace, boolean echoes) {
    this.trace = trace;
    this.echoes = echoes;
    this.lost = loop.createFuture();
  }

  Transport transport() {
    assertThat(transport).isNotNull();
    return transport;
  }

  boolean isOtherEndOf(SimulatedEnd other) {
    return mark != 0 && mark == other.mark && echoes != other.echoes;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    enter(State.NEW, State.MADE);
    this.transport = (Transport) transport;
    // The port of the client, which no other connection of the game has.
    var client = transport.getExtraInfo(echoes ? "peername" : "sockname", InetSocketAddress.class);
    mark = client.getPort() * 31;
  }

  private void enter(State from, State to) {
    assertThat(state).isEqualTo(from);
    state = to;
    trace.note((echoes ? "echo " : "client ") + mark + " " + to + " " + received);
  }

  private byte at(int index) {
    return (byte) (mark + index * 7);
  }

  /// Sends the next bytes of the connection.
  void send(int count) {
    var bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = at(sent + i);
    }
    sent += count;
    transport().write(bytes);
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    assertThat(state).isEqualTo(State.MADE);
    int count = data.remaining();
    assertThat(count).isPositive();
    for (int i = 0; i < count; i++) {
      if (data.get(data.position() + i) != at(received + i)) {
        throw new AssertionError("wrong byte at " + (received + i) + " of connection " + mark);
      }
    }
    received += count;
    trace.note((echoes ? "echo " : "client ") + mark + " data " + count);
    if (echoes) {
      sent += count;
      transport().write(data);
    }
  }

  @Override
  public boolean eofReceived() {
    enter(State.MADE, State.ENDED);
    return false;
  }

  @Override
  public void pauseWriting() {
    assertThat(paused).isFalse();
    paused = true;
    if (echoes && !transport().isClosing()) {
      transport().pauseReading();
    }
  }

  @Override
  public void resumeWriting() {
    assertThat(paused).isTrue();
    paused = false;
    if (echoes && !transport().isClosing()) {
      transport().resumeReading();
    }
  }

  @Override
  public void connectionLost(@Nullable Exception exc) {
    assertThat(state).isIn(State.MADE, State.ENDED);
    reason = exc;
    enter(state, State.LOST);
    lost.setResult(null);
  }
}
