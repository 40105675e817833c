// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random tasks that put, get, join, are cancelled, and find the queue shut down, against a model.
///
/// Each game has a queue of one of the three orders.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class QueueModelTest {
  private final LoopKind kind;

  QueueModelTest(LoopKind kind) {
    this.kind = kind;
  }

  // A6, QU-01 to QU-03
  @Test
  void whateverIsCancelledEveryItemComesOutOnceAndInOrder() throws Exception {
    Game.playAll(kind, Seeds.of(kind), QueueGame::new);
  }

  private enum Event {
    PUT,
    GOT,
    JOINED,
    SHUT_DOWN,
    CANCELLED
  }

  private enum Order {
    FIFO,
    LIFO,
    PRIORITY
  }

  private static final class QueueGame extends Game {
    private final int maxsize = random.nextInt(4);
    private final Order order = List.of(Order.values()).get(random.nextInt(3));
    private final Queue<Integer> queue =
        switch (order) {
          case FIFO -> new Queue<>(maxsize);
          case LIFO -> new LifoQueue<>(maxsize);
          case PRIORITY -> new PriorityQueue<>(maxsize);
        };
    private final Set<Integer> put = new HashSet<>();
    private final Set<Integer> got = new HashSet<>();
    private int items;

    // The model.
    private final List<Integer> store = new ArrayList<>();
    private final Deque<ModelTask> getters = new ArrayDeque<>();
    private final Deque<ModelTask> putters = new ArrayDeque<>();
    private final List<ModelTask> joiners = new ArrayList<>();
    private final Set<Integer> dropped = new HashSet<>();
    private int open;
    private boolean shut;

    QueueGame(EventLoop loop, SplittableRandom random) {
      super(loop, random);
    }

    // Numbers that differ, in no order, so that each order of a queue gives another result.
    private int newItem() {
      items++;
      return items * 7919 % 10_007;
    }

    @Override
    void start() {
      int rounds = random.nextInt(1, 4);
      switch (random.nextInt(9)) {
        case 0 -> start(this::join, this::modelJoin);
        case 1, 2, 3, 4 -> {
          int item = newItem();
          start(worker -> putOne(worker, item), worker -> modelPut(worker, item));
        }
        default -> start(worker -> getSome(worker, rounds), worker -> modelGet(worker, rounds));
      }
    }

    // The real tasks.

    private void putOne(Worker worker, int item) {
      try {
        queue.put(item);
        put.add(item);
        real(worker, Event.PUT, item);
      } catch (QueueShutDown e) {
        real(worker, Event.SHUT_DOWN, item);
      } catch (CancelledError e) {
        real(worker, Event.CANCELLED, item);
      }
    }

    private void getSome(Worker worker, int rounds) {
      for (int round = rounds; round > 0; round--) {
        try {
          int item = queue.get();
          if (!got.add(item)) {
            throw new AssertionError("twice: " + item);
          }
          real(worker, Event.GOT, item);
        } catch (QueueShutDown e) {
          real(worker, Event.SHUT_DOWN, round);
        } catch (CancelledError e) {
          real(worker, Event.CANCELLED, round);
        }
      }
    }

    private void join(Worker worker) {
      try {
        queue.join();
        real(worker, Event.JOINED, 0);
      } catch (CancelledError e) {
        real(worker, Event.CANCELLED, 0);
      }
    }

    // What they must do.

    private boolean modelFull() {
      return maxsize > 0 && store.size() >= maxsize;
    }

    private void modelPut(Worker worker, int item) {
      if (shut) {
        expect(worker, Event.SHUT_DOWN, item);
      } else if (!modelFull()) {
        modelStore(item);
        expect(worker, Event.PUT, item);
      } else {
        putters.add(worker.model);
        worker.model.suspend(
            cancelled -> {
              if (!cancelled) {
                modelPut(worker, item);
                return;
              }
              putters.remove(worker.model);
              if (worker.model.wasWoken() && !modelFull()) {
                callNext(putters);
              }
              expect(worker, Event.CANCELLED, item);
            });
      }
    }

    private void modelStore(int item) {
      store.add(item);
      open++;
      callNext(getters);
    }

    private void modelGet(Worker worker, int round) {
      if (round == 0) {
        return;
      }
      if (!store.isEmpty()) {
        expect(worker, Event.GOT, modelTake());
        modelGet(worker, round - 1);
      } else if (shut) {
        expect(worker, Event.SHUT_DOWN, round);
        modelGet(worker, round - 1);
      } else {
        getters.add(worker.model);
        worker.model.suspend(
            cancelled -> {
              if (!cancelled) {
                modelGet(worker, round);
                return;
              }
              getters.remove(worker.model);
              if (worker.model.wasWoken() && !store.isEmpty()) {
                callNext(getters);
              }
              expect(worker, Event.CANCELLED, round);
              modelGet(worker, round - 1);
            });
      }
    }

    private int modelTake() {
      int item =
          switch (order) {
            case FIFO -> store.getFirst();
            case LIFO -> store.getLast();
            case PRIORITY -> store.stream().min(Integer::compare).orElseThrow();
          };
      store.remove(Integer.valueOf(item));
      callNext(putters);
      return item;
    }

    private static void callNext(Deque<ModelTask> line) {
      while (!line.isEmpty()) {
        if (line.remove().wake()) {
          return;
        }
      }
    }

    private void modelJoin(Worker worker) {
      if (open == 0) {
        expect(worker, Event.JOINED, 0);
        return;
      }
      joiners.add(worker.model);
      worker.model.suspend(
          cancelled -> {
            joiners.remove(worker.model);
            expect(worker, cancelled ? Event.CANCELLED : Event.JOINED, 0);
          });
    }

    private void modelDone(int count) {
      open -= count;
      if (open == 0) {
        joiners.forEach(ModelTask::wake);
      }
    }

    // What the game does itself.

    @Override
    void touch() {
      switch (random.nextInt(10)) {
        case 0, 1 -> putNowait();
        case 2, 3 -> getNowait();
        case 4 -> {
          if (random.nextInt(12) == 0) {
            shutDown(random.nextBoolean());
          }
        }
        default -> taskDone();
      }
    }

    private void putNowait() {
      int item = newItem();
      if (shut) {
        assertRefused(() -> queue.putNowait(item), QueueShutDown.class);
      } else if (modelFull()) {
        assertRefused(() -> queue.putNowait(item), QueueFull.class);
      } else {
        queue.putNowait(item);
        put.add(item);
        modelStore(item);
      }
    }

    private void getNowait() {
      if (!store.isEmpty()) {
        int item = queue.getNowait();
        got.add(item);
        if (item != modelTake()) {
          throw new AssertionError("not the next item: " + item);
        }
      } else if (shut) {
        assertRefused(queue::getNowait, QueueShutDown.class);
      } else {
        assertRefused(queue::getNowait, QueueEmpty.class);
      }
    }

    private void taskDone() {
      if (open == 0) {
        assertRefused(queue::taskDone, IllegalArgumentException.class);
      } else {
        queue.taskDone();
        modelDone(1);
      }
    }

    // What AssertJ offers for this takes longer than all the rest.
    private static void assertRefused(Runnable call, Class<? extends RuntimeException> type) {
      try {
        call.run();
      } catch (RuntimeException e) {
        if (e.getClass() == type) {
          return;
        }
        throw e;
      }
      throw new AssertionError("no " + type);
    }

    private void shutDown(boolean immediate) {
      queue.shutdown(immediate);
      shut = true;
      if (immediate) {
        int count = Math.min(store.size(), open);
        dropped.addAll(store);
        store.clear();
        modelDone(count);
      }
      getters.forEach(ModelTask::wake);
      getters.clear();
      putters.forEach(ModelTask::wake);
      putters.clear();
    }

    @Override
    void releaseEverything() {
      if (!getters.isEmpty() && store.isEmpty()) {
        putNowait();
      } else if (!putters.isEmpty() && !store.isEmpty()) {
        getNowait();
      }
      while (open > 0) {
        taskDone();
      }
    }

    @Override
    String realState() {
      return order == Order.PRIORITY ? queue.qsize() + " " + queue.full() : queue.toString();
    }

    @Override
    String modelState() {
      if (order == Order.PRIORITY) {
        return store.size() + " " + modelFull();
      }
      return (order == Order.FIFO ? "<Queue maxsize=" : "<LifoQueue maxsize=")
          + maxsize
          + (store.isEmpty() ? "" : " _queue=" + store)
          + (getters.isEmpty() ? "" : " _getters[" + getters.size() + "]")
          + (putters.isEmpty() ? "" : " _putters[" + putters.size() + "]")
          + (open == 0 ? "" : " tasks=" + open)
          + (shut ? " shutdown>" : ">");
    }

    @Override
    void checkEnd() {
      while (!queue.empty()) {
        assertThat(got.add(queue.getNowait())).isTrue();
      }
      got.addAll(dropped);
      assertThat(got).isEqualTo(put);
    }
  }
}
