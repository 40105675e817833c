// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What happens when the stack ends inside an await: that await fails, and nothing else does.
///
/// A fault here may take the whole JVM along.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StackEndTest {
  // So many awaits on the way back from the end of the stack; the first of them find no room.
  private static final int TRIES = 200;

  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private int overflows;
  private int tries;

  StackEndTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static Map<String, Function<BaseEventLoop, VoidCoroutine>> awaits() {
    var awaits = new LinkedHashMap<String, Function<BaseEventLoop, VoidCoroutine>>();
    awaits.put("sleep", loop -> () -> Asyncio.sleep(Duration.ZERO));
    awaits.put(
        "future",
        loop ->
            () -> {
              Future<Object> future = loop.createFuture();
              loop.callSoon(() -> future.setResult("x"));
              future.await();
            });
    awaits.put("task", loop -> () -> loop.createTask(() -> 1).await());
    awaits.put(
        "lock",
        loop ->
            () -> {
              var lock = new Lock();
              lock.acquire();
              loop.callSoon(lock::release);
              lock.acquire();
            });
    awaits.put(
        "timeout",
        loop -> () -> Asyncio.timeout(Duration.ofHours(1), () -> Asyncio.sleep(Duration.ZERO)));
    awaits.put(
        "eager",
        loop ->
            () ->
                loop.createTask(
                        () -> Asyncio.sleep(Duration.ZERO), TaskOptions.DEFAULT.eagerStart(true))
                    .await());
    awaits.put(
        "generator",
        loop ->
            () -> {
              for (int value : AsyncGenerator.<Integer>of(out -> out.yield(1))) {
                assertThat(value).isEqualTo(1);
              }
            });
    return awaits;
  }

  @SuppressWarnings("InfiniteRecursion") // until the stack ends
  private void down(VoidCoroutine await) throws Exception {
    try {
      down(await);
    } catch (StackOverflowError e) {
      overflows++;
      if (tries++ < TRIES) {
        await.run();
      }
      throw e;
    }
  }

  @Test
  void anAwaitWithoutStackFailsAndTheTaskAndItsLoopGoOn() throws Exception {
    for (Map.Entry<String, Function<BaseEventLoop, VoidCoroutine>> await : awaits().entrySet()) {
      // Once with room: what is linked for the first time needs more.
      loop.runUntilComplete(await.getValue().apply(loop));
      for (int round = 0; round < 3; round++) {
        loop.runUntilComplete(() -> goDown(await.getKey(), await.getValue().apply(loop)));
      }
    }
    assertThat(overflows).isPositive();
  }

  private void goDown(String kind, VoidCoroutine await) throws Exception {
    tries = 0;
    var log = new ArrayList<String>();
    Task<?> deep =
        loop.createTask(
            () -> {
              try {
                down(await);
              } catch (StackOverflowError e) {
                log.add("overflow");
              }
              // Nothing that is left over may wake it up too early.
              Future<String> later = loop.createFuture();
              loop.callLater(
                  Duration.ofMillis(1),
                  () -> {
                    log.add("set");
                    later.setResult("x");
                  });
              log.add(later.await());
            });
    Task<String> other =
        loop.createTask(
            () -> {
              Asyncio.sleep(Duration.ofMillis(1));
              return "other";
            });

    Asyncio.wait(List.of(deep, other));

    assertThat(log).as(kind).containsExactly("overflow", "set", "x");
    assertThat(deep.exception()).as(kind).isNull();
    assertThat(other.result()).as(kind).isEqualTo("other");
  }

  // TK-10
  @Test
  void aTaskThatCannotBeStartedForWantOfStackIsNotLeftBehind() throws Exception {
    loop.runUntilComplete(
        () -> {
          VoidCoroutine eager =
              () -> loop.createTask(() -> {}, TaskOptions.DEFAULT.eagerStart(true).owns(() -> {}));
          eager.run();
          tries = 0;
          try {
            down(eager);
          } catch (StackOverflowError e) {
            Asyncio.sleep(Duration.ZERO);
          }
          Asyncio.sleep(Duration.ZERO);
          assertThat(Asyncio.allTasks()).containsExactly(Task.currentTask());
        });
    assertThat(overflows).isPositive();
  }

  @Test
  void aGeneratorWhoseConsumerLacksStackGivesItsValuesLaterAndCanBeClosed() throws Exception {
    loop.runUntilComplete(
        () -> {
          for (int left = 20; left > 0; left--) {
            int taken = left % 3;
            AsyncGenerator<Integer> generator =
                AsyncGenerator.of(
                    out -> {
                      for (int i = 0; i < 3; i++) {
                        out.yield(i);
                      }
                    });
            var values = generator.iterator();
            for (int i = 0; i < taken; i++) {
              assertThat(values.next()).isEqualTo(i);
            }
            tries = 0;
            var got = new ArrayList<Integer>();
            try {
              down(
                  () -> {
                    if (got.isEmpty()) {
                      got.add(values.next());
                    }
                  });
            } catch (StackOverflowError e) {
              Asyncio.sleep(Duration.ZERO);
            }
            // Every value comes once, whether it was the deep consumer's or has been left for us.
            if (got.isEmpty()) {
              got.add(values.next());
            }
            assertThat(got).containsExactly(taken);
            if (left % 2 == 0) {
              generator.aclose();
            }
          }
          loop.shutdownAsyncgens();
        });
    assertThat(overflows).isPositive();
    assertThat(failures.messages()).isEmpty();
  }

  // "(" value* ")", a depth of the peer's choice.
  private static int parse(StreamReader in) throws IOException {
    int count = 0;
    while (true) {
      switch (in.readexactly(1)[0]) {
        case '(' -> count += 1 + parse(in);
        case ')' -> {
          return count;
        }
        default -> throw new IOException("neither");
      }
    }
  }

  /// Returns whether a request of some depth, whose second half comes when the first has been read,
  /// was parsed.
  private boolean parses(int depth) throws Exception {
    var in = new StreamReader(loop);
    var open = new byte[depth];
    Arrays.fill(open, (byte) '(');
    var close = new byte[depth + 1];
    Arrays.fill(close, (byte) ')');
    Task<Integer> parser = loop.createTask(() -> parse(in));
    in.feedData(open);
    letParse(parser);
    if (!parser.done()) {
      in.feedData(close);
      letParse(parser);
    }
    assertThat(parser.done()).isTrue();
    Throwable failure = parser.exception();
    if (failure == null) {
      assertThat(parser.result()).isEqualTo(depth);
    } else {
      assertThat(failure).isInstanceOf(StackOverflowError.class);
    }
    return failure == null;
  }

  private static void letParse(Task<?> parser) {
    for (int i = 0; i < 4 && !parser.done(); i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  @Test
  void aParserThatRecursesWithItsInputSurvivesEveryDepth() throws Exception {
    loop.runUntilComplete(
        () -> {
          for (int i = 0; i < 50; i++) {
            parses(1000);
          }
          int low = 500;
          int high = 100_000;
          while (high - low > 1) {
            int middle = (low + high) / 2;
            if (parses(middle)) {
              low = middle;
            } else {
              high = middle;
            }
          }
          // Where the stack ends within some frames of the suspension.
          for (int depth = low - 60; depth < low + 20; depth++) {
            parses(depth);
            assertThat(parses(3)).isTrue();
          }
        });
    assertThat(failures.messages()).isEmpty();
  }
}
