// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What DnsQuery makes of answers, right and wrong.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class DnsQueryTest {
  private static final int POINTER_TO_QUESTION = 0xC00C;

  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return ExamplesTest.flags();
  }

  private Program ask(DatagramSocket server, String name, String type) throws IOException {
    return Program.start(flags, "DnsQuery", name, type, "127.0.0.1:" + server.getLocalPort());
  }

  private static DatagramSocket server() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static DatagramPacket receive(DatagramSocket server) throws IOException {
    var packet = new DatagramPacket(new byte[512], 512);
    server.receive(packet);
    return packet;
  }

  private static void send(DatagramSocket server, DatagramPacket question, byte[] message)
      throws IOException {
    server.send(new DatagramPacket(message, message.length, question.getSocketAddress()));
  }

  /// Returns an answer to a question, of one record of each value.
  private static byte[] answer(DatagramPacket question, int type, byte[]... values) {
    ByteBuffer message = ByteBuffer.allocate(512);
    message.put(question.getData(), 0, question.getLength());
    message.putShort(2, (short) 0x8180).putShort(6, (short) values.length);
    for (byte[] value : values) {
      message.putShort((short) POINTER_TO_QUESTION).putShort((short) type).putShort((short) 1);
      message.putInt(60).putShort((short) value.length).put(value);
    }
    return Arrays.copyOf(message.array(), message.position());
  }

  private static List<String> rest(Program program) throws Exception {
    return program.rest(0);
  }

  @Test
  void addressesOfAnAnswerArePrinted() throws Exception {
    try (DatagramSocket server = server();
        Program program = ask(server, "www.example.test", "A")) {
      DatagramPacket question = receive(server);
      assertThat(Arrays.copyOfRange(question.getData(), 12, question.getLength()))
          .isEqualTo("\3www\7example\4test\0\0\1\0\1".getBytes(US_ASCII));
      send(
          server,
          question,
          answer(question, 1, new byte[] {10, 0, 0, 1}, new byte[] {10, 0, 0, 2}));

      assertThat(rest(program)).containsExactly("10.0.0.1", "10.0.0.2");
    }
  }

  @Test
  void whatIsNoAnswerToTheQuestionIsLeftAlone() throws Exception {
    try (DatagramSocket server = server();
        Program program = ask(server, "example.test", "CNAME")) {
      DatagramPacket question = receive(server);
      byte[] forged = answer(question, 5, new byte[] {0});
      forged[0] ^= 1;
      send(server, question, forged);
      send(server, question, new byte[0]);
      send(server, question, Arrays.copyOf(question.getData(), question.getLength()));
      // A label of its own before the name of the question.
      byte[] name = {1, 'a', (byte) 0xC0, 12};
      send(server, question, answer(question, 5, name));

      assertThat(rest(program)).containsExactly("a.example.test");
    }
  }

  @Test
  void aQuestionWithoutAnswerIsAskedAgain() throws Exception {
    try (DatagramSocket server = server();
        Program program = ask(server, "example.test", "TXT")) {
      DatagramPacket first = receive(server);
      DatagramPacket second = receive(server);
      assertThat(second.getData()).isEqualTo(first.getData());
      send(server, second, answer(second, 16, "\5hello".getBytes(US_ASCII)));

      assertThat(rest(program)).containsExactly("hello");
    }
  }

  @Test
  void aNameThatPointsToItselfIsAnError() throws Exception {
    try (DatagramSocket server = server();
        Program program = ask(server, "example.test", "NS")) {
      DatagramPacket question = receive(server);
      byte[] message = answer(question, 2, new byte[] {(byte) 0xC0, 0});
      message[message.length - 1] = (byte) (message.length - 2);
      send(server, question, message);

      assertThat(program.failure()).contains("a name without end");
    }
  }
}
