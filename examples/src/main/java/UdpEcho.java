// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;

/// Sends each datagram back to its sender: `bin/asyncio UdpEcho [--host H] [--port P]`. With `--say
/// TEXT` it is the client: it sends the text there and prints the answer.
void main(String[] args) throws Exception {
  var options = new HashMap<>(Map.of("--host", "127.0.0.1", "--port", "9999", "--say", ""));
  boolean legal = args.length % 2 == 0;
  for (int i = 0; legal && i < args.length; i += 2) {
    legal = options.replace(args[i], args[i + 1]) != null;
  }
  legal &= options.get("--port").matches("\\d{1,5}");
  if (!legal) {
    System.err.println("usage: UdpEcho [--host H] [--port P] [--say TEXT]");
    System.exit(2);
  }
  var address =
      InetSocketAddress.createUnresolved(
          options.get("--host"), Integer.parseInt(options.get("--port")));
  String text = options.get("--say");

  Asyncio.run(
      () -> {
        if (text.isEmpty()) {
          serve(address);
        } else {
          IO.println(ask(address, text));
        }
      });
}

/// Bound: hears everybody, and says to whom each answer goes.
void serve(InetSocketAddress address) throws Exception {
  var loop = Asyncio.getRunningLoop();
  var endpoint = loop.createDatagramEndpoint(EchoProtocol::new, address, null);
  var bound = endpoint.transport().getExtraInfo("sockname", InetSocketAddress.class);
  IO.println("serving on " + bound.getHostString() + ":" + bound.getPort());
  try {
    loop.createFuture().await(); // for ever
  } finally {
    endpoint.transport().close();
  }
}

static class EchoProtocol implements DatagramProtocol {
  private DatagramTransport transport;
  private boolean full;

  @Override
  public void connectionMade(BaseTransport transport) {
    this.transport = (DatagramTransport) transport;
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress addr) {
    if (!full) { // Who is too slow loses datagrams; that is what they are like.
      transport.sendto(data, addr);
    }
  }

  @Override
  public void pauseWriting() {
    full = true;
  }

  @Override
  public void resumeWriting() {
    full = false;
  }
}

/// Connected: hears the server only, and is told when nobody is there. An answer may be lost, so it
/// asks again.
String ask(InetSocketAddress address, String text) throws Exception {
  var loop = Asyncio.getRunningLoop();
  var answer = loop.<String>createFuture();
  var endpoint = loop.createDatagramEndpoint(() -> new AskingProtocol(answer), null, address);
  try {
    for (int tries = 1; !answer.done(); tries++) {
      endpoint.transport().sendto(ByteBuffer.wrap(text.getBytes(UTF_8)));
      Asyncio.wait(List.of(answer), Duration.ofSeconds(1));
      if (tries == 5 && !answer.done()) {
        return "no answer";
      }
    }
    return answer.await();
  } catch (IOException e) {
    return "failed: " + e.getMessage();
  } finally {
    endpoint.transport().close();
  }
}

static class AskingProtocol implements DatagramProtocol {
  private final Future<String> answer;

  AskingProtocol(Future<String> answer) {
    this.answer = answer;
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress addr) {
    answer.trySetResult(UTF_8.decode(data).toString());
  }

  @Override
  public void errorReceived(IOException exc) {
    if (!answer.done()) {
      answer.setException(exc);
    }
  }
}
