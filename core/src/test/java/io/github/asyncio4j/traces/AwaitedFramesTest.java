// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the stack trace of an exception tells of its way through awaits. Outside the packages of
/// the library, whose frames are left out.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class AwaitedFramesTest {
  private final EventLoop loop;

  AwaitedFramesTest(LoopKind kind) {
    loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  /// Returns the methods of this class in a trace, innermost first; lambdas by the method that they
  /// stand in.
  private static List<String> methods(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace())
        .filter(f -> f.getClassName().equals(AwaitedFramesTest.class.getName()))
        .map(f -> f.getMethodName().replaceAll("lambda\\$(\\w+)\\$\\d+", "$1"))
        .toList();
  }

  private static void level3() throws IOException {
    throw new IOException("deep down");
  }

  private void level2() throws Exception {
    Task<?> inner = loop.createTask((VoidCoroutine) () -> level3());
    inner.await();
  }

  private void level1() throws Exception {
    level2();
  }

  private void outer() throws Exception {
    loop.createTask((VoidCoroutine) () -> level1()).await();
  }

  @Test
  void anExceptionTellsEverybodyWhoAwaitsIt() {
    Throwable thrown = catchThrowable(() -> loop.runUntilComplete((VoidCoroutine) () -> outer()));

    assertThat(methods(thrown).subList(0, 8))
        .containsExactly(
            "level3",
            "level2", // the body of the inner task
            "level2",
            "level1",
            "outer", // the body of the task between
            "outer",
            "anExceptionTellsEverybodyWhoAwaitsIt", // the body of the main task
            "anExceptionTellsEverybodyWhoAwaitsIt");
  }

  @Test
  void framesOfWhatRunsTasksAreLeftOut() {
    Throwable thrown = catchThrowable(() -> loop.runUntilComplete((VoidCoroutine) () -> outer()));

    assertThat(Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getClassName))
        .noneMatch(name -> name.matches("io\\.github\\.asyncio4j\\.[A-Z]\\w*"))
        .noneMatch(name -> name.startsWith("java.lang.VirtualThread"));
  }

  private Throwable awaitFirst(Future<?> future) {
    return catchThrowable(future::await);
  }

  private Throwable awaitSecond(Future<?> future) {
    return catchThrowable(future::await);
  }

  @Test
  void aFailureThatIsAwaitedOftenDoesNotGrow() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          future.setException(new IOException("refused"));

          int length = awaitFirst(future).getStackTrace().length;
          for (int i = 0; i < 1_000; i++) {
            awaitFirst(future);
          }

          assertThat(awaitFirst(future).getStackTrace()).hasSize(length);
          assertThat(methods(awaitSecond(future)))
              .contains("awaitSecond")
              .doesNotContain("awaitFirst");
        });
  }

  @Test
  void aLongChainOfTasksIsCutAndEnds() throws Exception {
    Throwable thrown =
        loop.runUntilComplete(
            () -> {
              Task<?> last = loop.createTask((VoidCoroutine) () -> level3());
              for (int i = 0; i < 2_000; i++) {
                Task<?> before = last;
                last = loop.createTask((VoidCoroutine) () -> before.await());
              }
              return catchThrowable(last::await);
            });

    assertThat(methods(thrown)).startsWith("level3");
    assertThat(thrown.getStackTrace()).hasSizeBetween(512, 600);
  }

  @Test
  void aResultThatIsAskedForTellsWhoAsked() throws Exception {
    var seen = new ArrayList<Throwable>();
    loop.runUntilComplete(
        () -> {
          Task<?> task = loop.createTask((VoidCoroutine) () -> level3());
          task.addDoneCallback(done -> seen.add(catchThrowable(done::result)));
          Asyncio.wait(List.of(task));
        });

    assertThat(methods(seen.getFirst()))
        .containsExactly(
            "level3", "aResultThatIsAskedForTellsWhoAsked", "aResultThatIsAskedForTellsWhoAsked");
  }

  private static Object blockingCall() throws IOException {
    throw new IOException("no such table");
  }

  private Object query() throws Exception {
    return Asyncio.toThread(() -> blockingCall());
  }

  @Test
  void aCallInAThreadTellsWhoMadeIt() throws Exception {
    Throwable thrown = loop.runUntilComplete(() -> catchThrowable(this::query));

    assertThat(methods(thrown)).startsWith("blockingCall", "query", "query");
  }

  private Object lookUp() throws Exception {
    return loop.getaddrinfo("nobody.invalid", 80);
  }

  @Test
  void anUnknownHostTellsWhoAskedForIt() throws Exception {
    Throwable thrown = loop.runUntilComplete(() -> catchThrowable(this::lookUp));

    assertThat(thrown).isInstanceOf(UnknownHostException.class);
    assertThat(methods(thrown)).startsWith("lookUp");
  }

  private void readLine(StreamReader reader) throws Exception {
    reader.readline();
  }

  private void drainAll(StreamWriter writer) throws Exception {
    while (true) {
      writer.write(new byte[1 << 16]);
      writer.drain();
    }
  }

  private interface Use {
    void of(StreamReader reader, StreamWriter writer) throws Exception;
  }

  private Throwable thrownByResetIn(Use use) throws Exception {
    return loop.runUntilComplete(
        () -> {
          try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
              var connection = Asyncio.openConnection("127.0.0.1", listener.getLocalPort())) {
            java.net.Socket peer = listener.accept();
            loop.callSoon(
                () -> {
                  try {
                    peer.setSoLinger(true, 0);
                    peer.close();
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                });
            Throwable thrown =
                catchThrowable(() -> use.of(connection.reader(), connection.writer()));
            connection.writer().transport().abort();
            return thrown;
          }
        });
  }

  @Test
  void aResetInsideAReadTellsWhoReads() throws Exception {
    Throwable thrown = thrownByResetIn((reader, _) -> readLine(reader));

    assertThat(thrown).isInstanceOf(ConnectionResetException.class);
    assertThat(methods(thrown))
        .containsExactly(
            "readLine", "aResetInsideAReadTellsWhoReads", "thrownByResetIn", "thrownByResetIn");
    assertThat(Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getMethodName))
        .contains("readline");
  }

  @Test
  void aResetInsideADrainTellsWhoWrites() throws Exception {
    Throwable thrown = thrownByResetIn((_, writer) -> drainAll(writer));

    assertThat(thrown).isInstanceOf(IOException.class);
    assertThat(methods(thrown))
        .containsExactly(
            "drainAll", "aResetInsideADrainTellsWhoWrites", "thrownByResetIn", "thrownByResetIn");
    assertThat(thrown.getCause())
        .satisfies(cause -> assertThat(classes(cause)).noneMatch(AwaitedFramesTest::isMachinery));
  }

  private void closeAndWait(StreamWriter writer) throws Exception {
    writer.write(new byte[1 << 24]);
    writer.close();
    writer.waitClosed();
  }

  @Test
  void aResetInsideAWaitForTheEndTellsWhoWaits() throws Exception {
    Throwable thrown = thrownByResetIn((_, writer) -> closeAndWait(writer));

    assertThat(thrown).isInstanceOf(ConnectionResetException.class);
    assertThat(methods(thrown)).startsWith("closeAndWait");
    assertThat(thrown.getCause())
        .satisfies(cause -> assertThat(classes(cause)).noneMatch(AwaitedFramesTest::isMachinery));
  }

  private static List<String> classes(Throwable thrown) {
    return Stream.of(thrown.getStackTrace()).map(StackTraceElement::getClassName).toList();
  }

  private static boolean isMachinery(String className) {
    return className.matches("io\\.github\\.asyncio4j\\.([A-Z]|internal\\.(net|tls|os)).*")
        || className.startsWith("java.lang.VirtualThread");
  }

  @Test
  void aReadAfterTheFailureTellsWhoReadsThen() throws Exception {
    var later = new ArrayList<Throwable>();
    thrownByResetIn(
        (reader, _) -> {
          var _ = catchThrowable(() -> readLine(reader));
          later.add(catchThrowable(() -> reader.readexactly(1)));
        });

    assertThat(methods(later.getFirst())).isNotEmpty().doesNotContain("readLine");
  }

  private static final class Hostile extends Exception {
    private static final long serialVersionUID = 1;

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new IllegalStateException("no trace");
    }
  }

  @Test
  void anExceptionWhoseTraceCannotBeReadIsThrownAsItIs() throws Exception {
    var hostile = new Hostile();

    assertThat(
            loop.<Throwable>runUntilComplete(
                () ->
                    catchThrowable(
                        () ->
                            loop.createTask(
                                    (VoidCoroutine)
                                        () -> {
                                          throw hostile;
                                        })
                                .await())))
        .isSameAs(hostile);
    assertThat(
            catchThrowable(
                () ->
                    loop.runUntilComplete(
                        (VoidCoroutine)
                            () -> {
                              throw hostile;
                            })))
        .isSameAs(hostile);
  }

  @Test
  void whatIsReportedEndsWithTheFramesOfTheProgram() throws Exception {
    var reported = new ArrayList<Throwable>();
    loop.setExceptionHandler((_, context) -> reported.add(context.exception()));
    loop.runUntilComplete(
        () -> {
          loop.callSoon(
              () -> {
                throw new IllegalStateException("in a callback");
              });
          Asyncio.sleep(java.time.Duration.ZERO);
          Asyncio.sleep(java.time.Duration.ZERO);
        });

    assertThat(reported)
        .singleElement()
        .satisfies(
            e ->
                assertThat(Stream.of(e.getStackTrace()).map(StackTraceElement::getClassName))
                    .containsExactly(AwaitedFramesTest.class.getName()));
  }

  @Test
  void aCancellationTellsWhereTheTaskWaited() {
    assertThatThrownBy(
            () ->
                loop.runUntilComplete(
                    () -> {
                      Task<?> task = loop.createTask((VoidCoroutine) () -> waitForEver());
                      Asyncio.sleep(java.time.Duration.ZERO);
                      task.cancel();
                      task.await();
                    }))
        .satisfies(e -> assertThat(methods(e)).isNotEmpty());
  }

  private void waitForEver() throws Exception {
    loop.createFuture().await();
  }
}
