// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.flow.Publishers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a blocking call of the JDK makes of the interrupt that cancels it is a cancellation
/// (TK-02).
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "NIO_LOOP_THREAD"})
final class CancelOfBlockingCallsTest {
  private static final Duration SHORT = Duration.ofMillis(10);

  /// A call that blocks until it is interrupted. The port is that of a peer that says nothing.
  @FunctionalInterface
  interface Blocking {
    void call(int port) throws Exception;
  }

  private final BaseEventLoop loop;
  private @Nullable ServerSocket silent;

  CancelOfBlockingCallsTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @BeforeEach
  void listen() throws IOException {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    loop.close();
    if (silent != null) {
      silent.close();
    }
  }

  private int port() {
    assertThat(silent).isNotNull();
    return silent.getLocalPort();
  }

  private static void readSocket(int port) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      int ignored = socket.getInputStream().read();
    }
  }

  static List<Arguments> calls() {
    var calls = new ArrayList<Arguments>();
    add(calls, "socket", CancelOfBlockingCallsTest::readSocket);
    add(
        calls,
        "socket with a time limit",
        port -> {
          try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            int ignored = socket.getInputStream().read();
          }
        });
    add(
        calls,
        "accept",
        port -> {
          try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            socket.accept().close();
          }
        });
    add(
        calls,
        "datagram",
        port -> {
          try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.receive(new DatagramPacket(new byte[10], 10));
          }
        });
    add(
        calls,
        "channel",
        port -> {
          var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
          try (var channel = SocketChannel.open(address)) {
            channel.read(ByteBuffer.allocate(10));
          }
        });
    add(
        calls,
        "pipe",
        port -> {
          try (var in = new PipedInputStream(new PipedOutputStream())) {
            int ignored = in.read();
          }
        });
    add(
        calls,
        "url",
        port -> {
          var url = URI.create("http://127.0.0.1:" + port + "/").toURL();
          try (var in = url.openConnection().getInputStream()) {
            int ignored = in.read();
          }
        });
    // What drivers and frameworks make of it.
    add(
        calls,
        "unchecked",
        port -> {
          try {
            readSocket(port);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    add(
        calls,
        "driver",
        port -> {
          try {
            readSocket(port);
          } catch (IOException e) {
            throw new IllegalStateException(new IOException("connection lost", e));
          }
        });
    add(
        calls,
        "wrapped interrupt",
        port -> {
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
          }
        });
    add(
        calls,
        "wrapped interrupt that is kept",
        port -> {
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
          }
        });
    return calls;
  }

  private static void add(List<Arguments> calls, String name, Blocking call) {
    calls.add(Arguments.of(name, call));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void aTaskThatIsCancelledInIt(String name, Blocking call) throws Exception {
    loop.runUntilComplete(
        () -> {
          VoidCoroutine body = () -> call.call(port());
          Task<?> task = loop.createTask(body);
          Asyncio.sleep(SHORT);
          task.cancel("enough");
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class).hasMessage("enough");
          assertThat(task.cancelled()).isTrue();
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void aDeadlineOverItAndWhatFollowsIt(String name, Blocking call) throws Exception {
    loop.runUntilComplete(
        () -> {
          VoidCoroutine body = () -> call.call(port());
          assertThatThrownBy(() -> Asyncio.timeout(SHORT, body))
              .isInstanceOf(TimeoutException.class);
          assertThat(Task.currentTask().cancelling()).isZero();
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          Asyncio.sleep(Duration.ZERO);
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void aGroupOfWhichAnotherTaskFails(String name, Blocking call) throws Exception {
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(
                  () ->
                      Asyncio.taskGroup(
                          group -> {
                            VoidCoroutine body = () -> call.call(port());
                            group.createTask(body);
                            group.createTask(
                                () -> {
                                  Asyncio.sleep(SHORT);
                                  throw new IllegalArgumentException("the failure");
                                });
                            body.run();
                          }))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  e ->
                      assertThat(e.exceptions())
                          .singleElement()
                          .isInstanceOf(IllegalArgumentException.class));
          Asyncio.sleep(Duration.ZERO);
        });
  }

  // EL-16
  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void theConsumerOfAGeneratorWhoseBodyIsInIt(String name, Blocking call) throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator = AsyncGenerator.<Integer>of(out -> call.call(port()));
          Task<?> consumer = loop.createTask(() -> generator.anext());
          Task<?> iterating =
              loop.createTask(
                  () ->
                      AsyncGenerator.of(out -> call.call(port()))
                          .forEach(n -> assertThat(n).isNull()));
          Asyncio.sleep(SHORT);
          consumer.cancel();
          iterating.cancel();
          Asyncio.wait(List.of(consumer, iterating));
          assertThat(consumer.cancelled()).isTrue();
          assertThat(iterating.cancelled()).isTrue();
        });
  }

  @Test
  void aFailureOfTheSameMomentIsAFailure() throws Exception {
    loop.runUntilComplete(
        () -> {
          for (Exception failure :
              List.of(
                  new SocketException("Connection reset"),
                  new SocketTimeoutException("Read timed out"),
                  new IOException("disk"))) {
            Task<?> task =
                loop.createTask(
                    () -> {
                      assertThatThrownBy(() -> Thread.sleep(60_000))
                          .isInstanceOf(InterruptedException.class);
                      throw failure;
                    });
            Asyncio.sleep(SHORT);
            task.cancel();
            assertThatThrownBy(task::await).isSameAs(failure);
          }
        });
  }

  @Test
  void whatLooksLikeAnInterruptWithoutACancelIsAFailure() throws Exception {
    loop.runUntilComplete(
        () -> {
          for (Exception failure :
              List.of(
                  new InterruptedIOException("timeout"),
                  new SocketException("Closed by interrupt"),
                  new ExecutionException(new InterruptedException("of another thread")))) {
            Task<?> task =
                loop.createTask(
                    () -> {
                      throw failure;
                    });
            assertThatThrownBy(task::await).isSameAs(failure);
          }
        });
  }

  @Test
  void aTaskThatHasTakenTheCancelBackFailsByWhatFailsLater() throws Exception {
    var failure = new InterruptedIOException("timeout");
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> {
                    assertThatThrownBy(() -> Thread.sleep(60_000))
                        .isInstanceOf(InterruptedException.class);
                    Task.currentTask().uncancel();
                    Asyncio.sleep(Duration.ZERO);
                    throw failure;
                  });
          Asyncio.sleep(SHORT);
          task.cancel();
          assertThatThrownBy(task::await).isSameAs(failure);
        });
  }

  @Test
  void anExceptionThatCannotTellItsCauseEndsTheTaskAllTheSame() throws Exception {
    var failure =
        new IllegalStateException("opaque") {
          private static final long serialVersionUID = 1L;

          @Override
          public synchronized Throwable getCause() {
            throw new UnsupportedOperationException();
          }
        };
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> {
                    try {
                      Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                      throw failure;
                    }
                  });
          Asyncio.sleep(SHORT);
          task.cancel();
          Asyncio.wait(List.of(task));
          assertThat(task.exception()).isSameAs(failure);
        });
  }

  @Test
  void aCircleOfCausesEndsTheTaskAllTheSame() throws Exception {
    loop.runUntilComplete(
        () -> {
          var outer = new IllegalStateException("outer");
          var inner = new IllegalStateException("inner", outer);
          outer.initCause(inner);
          Task<?> task =
              loop.createTask(
                  () -> {
                    assertThatThrownBy(() -> Thread.sleep(60_000))
                        .isInstanceOf(InterruptedException.class);
                    throw outer;
                  });
          Asyncio.sleep(SHORT);
          task.cancel();
          assertThatThrownBy(task::await).isSameAs(outer);
        });
  }

  // A published body that is cancelled in a blocking call has no failure to report.
  @Test
  void aSubscriptionThatIsCancelledInItReportsNothing() throws Exception {
    var reports = new ArrayList<ExceptionContext>();
    loop.setExceptionHandler((l, context) -> reports.add(context));
    var subscribed = new CompletableFuture<Flow.Subscription>();
    loop.runUntilComplete(
        () -> {
          Publishers.<Integer>ofGenerators(loop, () -> AsyncGenerator.of(out -> readSocket(port())))
              .subscribe(
                  new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription s) {
                      s.request(1);
                      subscribed.complete(s);
                    }

                    @Override
                    public void onNext(Integer item) {}

                    @Override
                    public void onError(Throwable failure) {
                      reports.add(ExceptionContext.of("onError").exception(failure));
                    }

                    @Override
                    public void onComplete() {}
                  });
          Future.await(subscribed);
          Asyncio.sleep(SHORT);
          subscribed.join().cancel();
          while (Asyncio.allTasks(loop).size() > 1) {
            Asyncio.sleep(Duration.ofMillis(1));
          }
        });
    assertThat(reports).isEmpty();
  }
}
