// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Failures that nobody retrieves, and what the program's exceptions refer to (FT-06, R-56).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnseenFailureTest {
  /// What many clients have: an exception that knows the request, which knows its reply.
  private static final class RequestFailed extends IOException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("unused") // it is there to be referred to
    private final transient Future<?> reply;

    RequestFailed(Future<?> reply, Throwable cause) {
      super("request failed", cause);
      this.reply = reply;
    }
  }

  /// One whose own code fails whenever it is asked for anything.
  private static final class Hostile extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("unused")
    private final transient Future<?> future;

    Hostile(Future<?> future) {
      this.future = future;
    }

    @Override
    public String getMessage() {
      throw new StackOverflowError("getMessage");
    }
  }

  private final EventLoop loop;
  private final ExceptionRecorder failures;

  UnseenFailureTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private void collectUntilReported() throws Exception {
    while (failures.unexpected().isEmpty()) {
      collect();
    }
  }

  private static void collect() {
    System.gc();
    Asyncio.sleep(Duration.ofMillis(1));
  }

  private Throwable reported() {
    return failures.unexpected().getFirst().exception();
  }

  private WeakReference<Future<?>> failAndForget() {
    Future<String> future = loop.createFuture();
    future.setException(new RequestFailed(future, new IllegalStateException("refused")));
    return new WeakReference<>(future);
  }

  @Test
  void anExceptionThatKnowsItsFutureIsReportedByACopyAndFreed() throws Exception {
    loop.runUntilComplete(
        () -> {
          WeakReference<Future<?>> forgotten = failAndForget();

          collectUntilReported();

          assertThat(failures.messages())
              .containsExactly(
                  "Future exception was never retrieved: await it, or ask its exception()");
          assertThat(reported())
              .hasToString(RequestFailed.class.getName() + ": request failed")
              .hasMessage("request failed");
          assertThat(reported().getStackTrace()[0].getMethodName()).isEqualTo("failAndForget");
          assertThat(reported().getCause()).hasToString("java.lang.IllegalStateException: refused");
          while (forgotten.get() != null) {
            collect();
          }
        });
  }

  @Test
  void anExceptionThatRefersToNothingIsReportedItself() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          future.setException(new IOException("plain", new IllegalStateException()));
          collect();
          collect();
          assertThat(failures.unexpected()).isEmpty();
          assertThat(future.done()).isTrue();
          future = null;

          collectUntilReported();

          assertThat(reported()).isExactlyInstanceOf(IOException.class).hasMessage("plain");
        });
  }

  @Test
  void anExceptionThatTheProgramStillHoldsIsReportedItself() throws Exception {
    loop.runUntilComplete(
        () -> {
          var held = new RequestFailed(null, null);
          loop.createFuture().setException(held);

          collectUntilReported();

          assertThat(reported()).isSameAs(held);
        });
  }

  @Test
  void aFailureThatIsRetrievedLateIsTheOriginalAndNotReported() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          var failure = new RequestFailed(future, null);
          future.setException(failure);
          collect();
          collect();

          assertThatThrownBy(future::await).isSameAs(failure);

          future = null;
          failure = null;
          collect();
          collect();
        });
    loop.close();

    assertThat(failures.unexpected()).isEmpty();
  }

  @Test
  void anExceptionWhoseOwnCodeFailsIsReportedByItsClass() throws Exception {
    loop.runUntilComplete(
        () -> {
          hostile();

          collectUntilReported();

          assertThat(reported()).hasToString(Hostile.class.getName()).hasMessage(null);
        });
  }

  private void hostile() {
    Future<String> future = loop.createFuture();
    future.setException(new Hostile(future));
  }

  @Test
  void manyFailuresThatKnowTheirFuturesAreAllReportedWhileTheLoopRuns() throws Exception {
    loop.runUntilComplete(
        () -> {
          for (int i = 0; i < 300; i++) {
            failAndForget();
          }
          while (failures.unexpected().size() < 300) {
            collect();
          }
        });
  }
}
