// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.transport.DatagramProtocol;
import java.util.concurrent.TimeoutException;

static final Map<String, Integer> TYPES =
    Map.of("A", 1, "NS", 2, "CNAME", 5, "TXT", 16, "AAAA", 28);
static final int CLASS_IN = 1;
static final int TRIES = 3;

/// Asks a name server over UDP (RFC 1035): `bin/asyncio DnsQuery NAME [TYPE [SERVER[:PORT]]]`.
void main(String[] args) throws Exception {
  String type = args.length > 1 ? args[1] : "A";
  if (args.length < 1 || args.length > 3 || !TYPES.containsKey(type)) {
    System.err.println("usage: DnsQuery NAME [A|AAAA|CNAME|NS|TXT [SERVER[:PORT]]]");
    System.exit(2);
  }
  String[] server = (args.length > 2 ? args[2] : "127.0.0.1:53").split(":", 2);
  int port = server.length > 1 ? Integer.parseInt(server[1]) : 53;

  Asyncio.run(() -> ask(args[0], type, new InetSocketAddress(server[0], port)))
      .forEach(IO::println);
}

/// Sends the question until an answer comes, and each time waits twice as long.
List<String> ask(String name, String type, InetSocketAddress server) throws Exception {
  int id = new SecureRandom().nextInt(1 << 16);
  ByteBuffer question = question(id, name, TYPES.get(type));
  var endpoint = Asyncio.getRunningLoop().createDatagramEndpoint(Answers::new, null, server);
  try {
    for (int i = 0; ; i++) {
      endpoint.transport().sendto(question.duplicate());
      try {
        return Asyncio.waitFor(
            () -> endpoint.protocol().answerTo(id, type), Duration.ofSeconds(1L << i));
      } catch (TimeoutException e) {
        if (i + 1 == TRIES) {
          throw e;
        }
      }
    }
  } finally {
    endpoint.transport().close();
  }
}

/// Hears what the server sends; the socket is connected, so nobody else is heard.
static class Answers implements DatagramProtocol {
  private final Queue<ByteBuffer> datagrams = new Queue<>();

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress sender) {
    // The loop wants its buffer back.
    datagrams.putNowait(ByteBuffer.allocate(data.remaining()).put(data).flip());
  }

  @Override
  public void errorReceived(IOException e) {
    System.err.println(e.getMessage());
  }

  List<String> answerTo(int id, String type) throws Exception {
    while (true) {
      ByteBuffer message = datagrams.get();
      // What is not an answer to us is left alone: anybody can send it.
      if (message.remaining() >= 12 && (message.getShort() & 0xFFFF) == id) {
        int flags = message.getShort();
        if (flags < 0) {
          return records(message, flags, TYPES.get(type));
        }
      }
    }
  }
}

static ByteBuffer question(int id, String name, int type) throws IOException {
  ByteBuffer message = ByteBuffer.allocate(512);
  int recursionDesired = 0x0100;
  message.putShort((short) id).putShort((short) recursionDesired);
  message.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
  for (String label : name.split("\\.", -1)) {
    byte[] bytes = IDN.toASCII(label).getBytes(StandardCharsets.US_ASCII);
    if (bytes.length == 0 || bytes.length > 63 || bytes.length + 8 > message.remaining()) {
      throw new UnknownHostException(name);
    }
    message.put((byte) bytes.length).put(bytes);
  }
  return message.put((byte) 0).putShort((short) type).putShort((short) CLASS_IN).flip();
}

/// Reads the records of an answer, whose id and flags have been read.
static List<String> records(ByteBuffer message, int flags, int wanted) throws IOException {
  if ((flags & 0xF) != 0) {
    throw new IOException("the server answers with code " + (flags & 0xF));
  }
  try {
    int questions = message.getShort() & 0xFFFF;
    int answers = message.getShort() & 0xFFFF;
    message.getInt();
    for (int i = 0; i < questions; i++) {
      name(message);
      message.getInt();
    }
    var found = new ArrayList<String>();
    for (int i = 0; i < answers; i++) {
      name(message);
      int type = message.getShort();
      message.position(message.position() + 6); // class and time to live
      int end = (message.getShort() & 0xFFFF) + message.position();
      if (type == wanted) {
        found.add(value(message, type, end));
      }
      message.position(end);
    }
    return found;
  } catch (BufferUnderflowException | IllegalArgumentException e) {
    throw new IOException("no DNS message", e);
  }
}

static String value(ByteBuffer message, int type, int end) throws IOException {
  if (type == TYPES.get("NS") || type == TYPES.get("CNAME")) {
    return name(message);
  }
  boolean text = type == TYPES.get("TXT");
  var bytes = new byte[text ? message.get() & 0xFF : end - message.position()];
  message.get(bytes);
  return text
      ? new String(bytes, StandardCharsets.UTF_8)
      : InetAddress.getByAddress(bytes).getHostAddress();
}

/// Reads a name, of which a part may stand earlier in the message.
static String name(ByteBuffer message) throws IOException {
  var labels = new ArrayList<String>();
  int after = -1;
  int steps = 0;
  for (int length = message.get() & 0xFF; length != 0; length = message.get() & 0xFF) {
    if (length >= 0xC0) {
      int pointer = ((length & 0x3F) << 8) | (message.get() & 0xFF);
      after = after < 0 ? message.position() : after;
      message.position(pointer);
    } else {
      var label = new byte[length];
      message.get(label);
      labels.add(new String(label, StandardCharsets.US_ASCII));
    }
    if (++steps > 127) {
      throw new IOException("a name without end");
    }
  }
  if (after >= 0) {
    message.position(after);
  }
  return String.join(".", labels);
}
