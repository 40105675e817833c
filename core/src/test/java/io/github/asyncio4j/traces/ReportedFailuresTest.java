// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a report says of a failure that no caller can receive: whose protocol has failed, of whose
/// peer, of which task; in the words of the API, and with the frames of the program alone.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ReportedFailuresTest {
  /// Names of classes that no program sees.
  private static final String INTERNAL =
      "(?s).*(TransportLife|Selector(Socket|Datagram)Transport|PipeTransport|ChildTransport|ChildPipe"
          + "|TlsTransport|TlsConnection|ReadinessBackend|StreamInput|\\bListener\\b|internal\\.).*";

  private static final class Broken extends IllegalStateException {
    private static final long serialVersionUID = 1;
  }

  /// A protocol that fails in one method.
  private static class Fragile implements Protocol {
    private final String where;

    Fragile(String where) {
      this.where = where;
    }

    final void fail(String method) {
      if (method.equals(where)) {
        throw new Broken();
      }
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      fail("connectionMade");
      if (transport instanceof Transport stream && where.equals("pauseWriting")) {
        stream.setWriteBufferLimits(0, 0);
        stream.write(new byte[1 << 24]);
      }
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      fail("dataReceived");
    }

    @Override
    public boolean eofReceived() {
      fail("eofReceived");
      return false;
    }

    @Override
    public void pauseWriting() {
      fail("pauseWriting");
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      fail("connectionLost");
    }
  }

  private static final class Quiet implements Protocol {}

  private final LoopKind kind;
  private final EventLoop loop;
  private final LogRecorder log = LogRecorder.start();

  ReportedFailuresTest(LoopKind kind) {
    this.kind = kind;
    loop = kind.newLoop();
  }

  @AfterEach
  void close() {
    loop.close();
    log.close();
  }

  private List<LogRecord> reports() {
    return log.records().stream().filter(record -> record.getThrown() != null).toList();
  }

  private void untilReported() {
    while (reports().isEmpty()) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  /// Returns the text of the only report of what a body has led to.
  private String reportOf(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(
        () -> {
          body.run();
          untilReported();
        });
    assertThat(reports()).hasSize(1);
    LogRecord report = reports().getFirst();
    assertThat(report.getMessage()).doesNotMatch(INTERNAL);
    assertThat(report.getThrown()).isInstanceOf(Broken.class);
    assertThat(Arrays.stream(report.getThrown().getStackTrace()))
        .isNotEmpty()
        .allMatch(frame -> isOfProgram(frame.getClassName()));
    return report.getMessage();
  }

  // An interface of the API has methods that call others of it.
  private static boolean isOfProgram(String className) {
    return className.startsWith(ReportedFailuresTest.class.getName())
        || className.startsWith(WriteTransport.class.getName());
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
  }

  /// Fails in a method of the protocol of the server, whose peer writes and closes.
  private String reportOfServer(String method, ServerOptions server, ConnectionOptions client)
      throws Exception {
    String[] peer = new String[1];
    String report =
        reportOf(
            () -> {
              Server serving = loop.createServer(() -> new Fragile(method), "127.0.0.1", 0, server);
              Connection<Transport, Quiet> connection =
                  loop.createConnection(Quiet::new, "127.0.0.1", port(serving), client);
              peer[0] = String.valueOf(connection.transport().getExtraInfo("sockname"));
              connection.transport().write(new byte[] {1});
              if (!method.equals("pauseWriting")) {
                connection.transport().close();
              }
              untilReported();
              serving.close();
              serving.abortClients();
              connection.transport().abort();
              serving.waitClosed();
            });
    assertThat(report)
        .contains("protocol." + method + "() ")
        .contains("protocol: " + Fragile.class.getName())
        .contains("transport: <Transport ")
        .contains("protocol=ReportedFailuresTest$Fragile")
        .contains("peername=" + peer[0]);
    return report;
  }

  @Test
  void eachMethodOfAProtocolIsReportedWithItsPeer() throws Exception {
    reportOfServer("connectionMade", ServerOptions.DEFAULT, ConnectionOptions.DEFAULT);
  }

  @Test
  void inDataReceived() throws Exception {
    reportOfServer("dataReceived", ServerOptions.DEFAULT, ConnectionOptions.DEFAULT);
  }

  @Test
  void inEofReceived() throws Exception {
    reportOfServer("eofReceived", ServerOptions.DEFAULT, ConnectionOptions.DEFAULT);
  }

  @Test
  void inPauseWriting() throws Exception {
    reportOfServer("pauseWriting", ServerOptions.DEFAULT, ConnectionOptions.DEFAULT);
  }

  @Test
  void inConnectionLost() throws Exception {
    reportOfServer("connectionLost", ServerOptions.DEFAULT, ConnectionOptions.DEFAULT);
  }

  private String underTls(String method) throws Exception {
    return reportOfServer(
        method,
        ServerOptions.DEFAULT.ssl(TlsKit.server()),
        ConnectionOptions.DEFAULT.ssl(TlsKit.client()));
  }

  @Test
  void inConnectionMadeUnderTls() throws Exception {
    assertThat(underTls("connectionMade")).contains("<Transport TLS ");
  }

  @Test
  void inDataReceivedUnderTls() throws Exception {
    assertThat(underTls("dataReceived")).contains("<Transport TLS ");
  }

  @Test
  void inConnectionLostUnderTls() throws Exception {
    assertThat(underTls("connectionLost")).contains("<Transport TLS ");
  }

  @Test
  void aHandlerIsReportedWithItsTaskAndItsPeer() throws Exception {
    String[] peer = new String[1];
    String report =
        reportOf(
            () -> {
              Server server =
                  Asyncio.startServer(
                      (_, _) -> {
                        throw new Broken();
                      },
                      "127.0.0.1",
                      0);
              try (server;
                  var client = Asyncio.openConnection("127.0.0.1", port(server))) {
                peer[0] = String.valueOf(client.writer().getExtraInfo("sockname"));
                untilReported();
              }
            });

    assertThat(report)
        .startsWith("Unhandled exception in clientConnected")
        .contains("task: <Task finished name='client " + peer[0] + "'")
        .contains("coro=<ReportedFailuresTest.lambda()>")
        .contains("transport: <Transport ")
        .contains("peername=" + peer[0]);
  }

  private static final class FragileReceiver implements DatagramProtocol {
    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress addr) {
      throw new Broken();
    }
  }

  private static final class QuietReceiver implements DatagramProtocol {}

  @Test
  void aProtocolOfDatagramsIsReportedWithTheSender() throws Exception {
    String[] sender = new String[1];
    String report =
        reportOf(
            () -> {
              var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
              DatagramTransport receiving =
                  loop.createDatagramEndpoint(FragileReceiver::new, here, null).transport();
              DatagramTransport sending =
                  loop.createDatagramEndpoint(QuietReceiver::new, here, null).transport();
              sender[0] = String.valueOf(sending.getExtraInfo("sockname"));
              sending.sendto(
                  ByteBuffer.wrap(new byte[] {1}),
                  (SocketAddress) receiving.getExtraInfo("sockname"));
              untilReported();
              receiving.close();
              sending.close();
            });

    assertThat(report)
        .startsWith("protocol.datagramReceived() failed, from " + sender[0])
        .contains("protocol: " + FragileReceiver.class.getName())
        .contains("transport: <DatagramTransport ");
  }

  @Test
  void aProtocolOfAPipeIsReportedWithThePipe() throws Exception {
    String report =
        reportOf(
            () -> {
              Pipe pipe = Pipe.open(kind.tier());
              loop.connectReadPipe(() -> new Fragile("dataReceived"), pipe.reader());
              WriteTransport writing = loop.connectWritePipe(Quiet::new, pipe.writer()).transport();
              writing.write(new byte[] {1});
              untilReported();
              writing.abort();
            });

    assertThat(report)
        .contains("protocol: " + Fragile.class.getName())
        .contains("transport: <ReadTransport ");
  }

  private static final class FragileWatcher implements SubprocessProtocol {
    @Override
    public void processExited() {
      throw new Broken();
    }
  }

  @Test
  void aProtocolOfAChildIsReportedWithTheChild() throws Exception {
    int[] pid = new int[1];
    String report =
        reportOf(
            () ->
                pid[0] =
                    loop.subprocessExec(
                            FragileWatcher::new, SubprocessOptions.DEFAULT, List.of("true"))
                        .transport()
                        .getPid());

    assertThat(report)
        .startsWith("protocol.processExited() failed")
        .contains("protocol: " + FragileWatcher.class.getName())
        .contains("transport: <SubprocessTransport ")
        .contains("pid=" + pid[0]);
  }

  @Test
  void theCallbackOfASignalIsReportedWithTheSignal() throws Exception {
    String report =
        reportOf(
            () -> {
              loop.addSignalHandler(
                  "SIGUSR2",
                  () -> {
                    throw new Broken();
                  });
              assertThat(Lowlevel.of(loop).signalArrived("SIGUSR2")).isTrue();
              untilReported();
              loop.removeSignalHandler("SIGUSR2");
            });

    assertThat(report)
        .startsWith("Exception in callback ReportedFailuresTest.lambda() for SIGUSR2");
  }

  @Test
  void aDoneCallbackIsReportedWithTheTaskThatWasDone() throws Exception {
    String report =
        reportOf(
            () ->
                loop.createTask((VoidCoroutine) () -> {}, "import")
                    .addDoneCallback(
                        _ -> {
                          throw new Broken();
                        }));

    assertThat(report)
        .startsWith("Exception in callback ReportedFailuresTest.lambda() of task 'import'");
  }

  @Test
  void aTaskThatNobodyAsksIsReportedByItsName() throws Exception {
    loop.runUntilComplete(
        () -> {
          var _ =
              loop.createTask(
                  (VoidCoroutine)
                      () -> {
                        throw new Broken();
                      },
                  "import");
          Asyncio.sleep(Duration.ZERO);
        });
    loop.close();

    assertThat(reports())
        .singleElement()
        .satisfies(
            report ->
                assertThat(report.getMessage())
                    .startsWith("Task exception was never retrieved")
                    .contains("name='import'"));
  }

  @Test
  void aCallInTheExecutorIsReportedWithItsOwnFramesAlone() throws Exception {
    loop.runUntilComplete(
        () -> {
          var call =
              loop.runInExecutor(
                  null,
                  () -> {
                    throw new Broken();
                  });
          while (!call.done()) {
            Asyncio.sleep(Duration.ZERO);
          }
        });
    loop.close();

    assertThat(reports())
        .singleElement()
        .satisfies(
            report ->
                assertThat(Arrays.stream(report.getThrown().getStackTrace()))
                    .isNotEmpty()
                    .allMatch(
                        frame ->
                            frame.getClassName().startsWith(ReportedFailuresTest.class.getName())));
  }

  @Test
  void theFactoryOfAServerIsReportedWithThePeer() throws Exception {
    String[] peer = new String[1];
    String report =
        reportOf(
            () -> {
              Server server =
                  loop.createServer(
                      () -> {
                        throw new Broken();
                      },
                      "127.0.0.1",
                      0);
              var client = loop.createConnection(Quiet::new, "127.0.0.1", port(server));
              peer[0] = String.valueOf(client.transport().getExtraInfo("sockname"));
              untilReported();
              server.close();
              client.transport().abort();
            });

    assertThat(report)
        .startsWith("Error on transport creation for incoming connection")
        .contains("peername=" + peer[0]);
  }

  @Test
  void aSlowCallOfAProtocolIsLoggedWithItsPeer() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ZERO);
    loop.runUntilComplete(
        () -> {
          Server server = loop.createServer(() -> new Fragile("nowhere"), "127.0.0.1", 0);
          var client = loop.createConnection(Quiet::new, "127.0.0.1", port(server));
          client.transport().write(new byte[] {1});
          client.transport().close();
          server.close();
          server.waitClosed();
        });

    assertThat(log.messages())
        .filteredOn(text -> text.startsWith("Executing <Handle"))
        .isNotEmpty()
        .noneMatch(text -> text.matches(INTERNAL))
        .anyMatch(text -> text.contains("connectionMade() of the protocol of <Transport"))
        .anyMatch(text -> text.contains("input of <Transport"));
  }
}
