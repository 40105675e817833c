// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;

/// Passes connections on: `bin/asyncio Proxy --listen HOST:PORT --to HOST:PORT`. What one side
/// sends no faster than the other takes, and each direction ends by itself.
void main(String[] args) throws Exception {
  if (args.length != 4 || !args[0].equals("--listen") || !args[2].equals("--to")) {
    System.err.println("usage: Proxy --listen HOST:PORT --to HOST:PORT");
    System.exit(2);
  }
  InetSocketAddress listen = address(args[1]);
  InetSocketAddress to = address(args[3]);

  Asyncio.run(
      () -> {
        EventLoop loop = Asyncio.getRunningLoop();
        try (Server server =
            loop.createServer(() -> new Front(to), listen.getHostString(), listen.getPort())) {
          var bound = (InetSocketAddress) server.sockets().getFirst().getsockname();
          IO.println("serving on " + bound.getHostString() + ":" + bound.getPort());
          server.serveForever();
        }
      });
}

InetSocketAddress address(String text) {
  int colon = text.lastIndexOf(':');
  return InetSocketAddress.createUnresolved(
      text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
}

/// One end of a connection that is passed on.
static class Relay implements Protocol {
  Relay other;
  Transport transport;
  boolean ended;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (Transport) transport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    other.transport.write(data);
  }

  @Override
  public boolean eofReceived() {
    ended = true;
    other.transport.writeEof();
    if (other.ended) {
      other.transport.close();
    }
    // Until the other direction has ended too.
    return !other.ended;
  }

  @Override
  public void pauseWriting() {
    other.transport.pauseReading();
  }

  @Override
  public void resumeWriting() {
    other.transport.resumeReading();
  }

  @Override
  public void connectionLost(Exception exception) {
    if (other.transport != null) {
      if (exception == null) {
        other.transport.close();
      } else {
        other.transport.abort();
      }
    }
  }
}

/// The end that came to us: it is read once there is a connection to pass it on to.
static class Front extends Relay {
  private final InetSocketAddress to;
  private Task<?> connecting;

  Front(InetSocketAddress to) {
    this.to = to;
    other = new Relay();
    other.other = this;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    super.connectionMade(transport);
    this.transport.pauseReading();
    connecting = Asyncio.createTask(this::connect);
  }

  private void connect() {
    try {
      Asyncio.getRunningLoop().createConnection(() -> other, to.getHostString(), to.getPort());
      transport.resumeReading();
    } catch (IOException e) {
      System.err.println(to + ": " + e.getMessage());
      transport.abort();
    }
  }

  @Override
  public void connectionLost(Exception exception) {
    connecting.cancel();
    super.connectionLost(exception);
  }
}
