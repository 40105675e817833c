// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.ReturnWhen;
import io.github.asyncio4j.Task;

/// Ways to wait for several tasks: `bin/asyncio FirstAnswer`.
void main() throws Exception {
  Asyncio.run(
      () -> {
        gatherThemAll();
        takeThemAsTheyCome();
        waitForTheFirst();
        race();
      });
}

/// The results in the order of the arguments.
void gatherThemAll() throws Exception {
  IO.println("gathered " + Asyncio.gather(ask("a", 30), ask("b", 10)).await());
}

/// The futures in the order of their ends.
void takeThemAsTheyCome() throws Exception {
  for (Future<String> answer : Asyncio.asCompleted(List.of(ask("a", 30), ask("b", 10)))) {
    IO.println("came " + answer.await());
  }
}

/// Who is done and who is not; nobody is cancelled.
void waitForTheFirst() throws Exception {
  var answers = List.of(ask("a", 60_000), ask("b", 10));
  var sorted = Asyncio.wait(answers, null, ReturnWhen.FIRST_COMPLETED);
  IO.println(sorted.done().size() + " done, " + sorted.pending().size() + " pending");
  sorted.pending().forEach(Future::cancel);
}

/// Each try starts when the one before has failed or has had its time.
void race() {
  List<Coroutine<String>> tries =
      List.of(
          () -> {
            throw new ConnectException("refused");
          },
          () -> Asyncio.sleep(Duration.ofHours(1), "too late"),
          () -> "the third answers");
  var race = Asyncio.staggeredRace(tries, Duration.ofMillis(10));
  IO.println(race.winner() + " after " + race.exceptions().getFirst().getMessage());
}

Task<String> ask(String whom, int millis) {
  return Asyncio.createTask(() -> Asyncio.sleep(Duration.ofMillis(millis), whom));
}
