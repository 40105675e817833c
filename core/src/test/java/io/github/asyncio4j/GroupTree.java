// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.GroupRules.Group;
import io.github.asyncio4j.GroupRules.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A random tree of task groups: tasks that yield, wait, fail, start others, cancel each other and
/// each other's groups, swallow cancellations and wait while they clean up. Loop thread.
///
/// Everything is told to [GroupRules] when it happens.
final class GroupTree {
  private static final int MAX_DEPTH = 4;
  private static final int MAX_TASKS = 25;

  private final ClockedLoop loop;
  private final SplittableRandom random;
  // Of ten tasks, how many start eagerly.
  private final int eager;
  private final GroupRules rules;
  private final List<Resource> resources = new ArrayList<>();
  private final List<Member> members = new ArrayList<>();
  private int stepsLeft = 90;
  private int groups;

  /// A failure with a number for a name.
  private static final class Leaf extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Leaf(String name) {
      super(name, null, true, false);
    }
  }

  /// Counts how often it is closed.
  private static final class Resource implements AutoCloseable {
    private int closed;

    @Override
    public void close() {
      closed++;
    }
  }

  GroupTree(ClockedLoop loop, SplittableRandom random, int eager, @Nullable List<String> log) {
    this.loop = loop;
    this.random = random;
    this.eager = eager;
    this.rules = new GroupRules(loop, log);
  }

  /// Runs the tree.
  ///
  /// @param whenDone called when its root has ended, with what was wrong or null
  void begin(Consumer<@Nullable String> whenDone) {
    var root = rules.new Member("root", null);
    members.add(root);
    root.task = loop.createTask(() -> run(root, 0));
    root.task.addDoneCallback(
        f -> {
          root.taskEnds();
          checkNothingIsLeft();
          whenDone.accept(rules.problem());
        });
    for (int i = random.nextInt(5) - 2; i > 0; i--) {
      after(random.nextInt(30), root::cancelFromOutside);
    }
  }

  int tasks() {
    return members.size();
  }

  private void checkNothingIsLeft() {
    if (!Asyncio.allTasks(loop).isEmpty()) {
      rules.differs("orphans: " + Asyncio.allTasks(loop));
    }
    for (Resource resource : resources) {
      if (resource.closed != 1) {
        rules.differs("a resource was closed " + resource.closed + " times");
      }
    }
  }

  /// Calls something after so many iterations.
  private void after(int iterations, Runnable call) {
    loop.callSoon(iterations == 0 ? call : () -> after(iterations - 1, call));
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  // What a task does.

  private void run(Member self, int depth) throws Exception {
    self.starts();
    if (self.task == null) {
      // Its eager first step, inside createTask.
      self.task = Task.currentTask();
    }
    if (Task.currentTask() != self.task()) {
      rules.differs(self.name + ": runs as " + Task.currentTask());
    }
    Throwable failure = null;
    try {
      if (depth == 0) {
        groupOf(self, depth);
      } else {
        program(self, depth);
      }
    } catch (Leaf | ExceptionGroup | IllegalStateException | CancelledError e) {
      failure = e;
      throw e;
    } catch (Throwable t) {
      rules.differs(self.name + ": an error of the test itself: " + t);
      throw t;
    } finally {
      self.bodyEnds(failure);
    }
  }

  private void program(Member self, int depth) throws Exception {
    for (int i = 1 + random.nextInt(8 - depth); i > 0 && stepsLeft > 0; i--) {
      stepsLeft--;
      act(self, depth);
    }
  }

  private void act(Member self, int depth) throws Exception {
    switch (random.nextInt(32)) {
      case 0, 1, 2 -> yieldOnce(self);
      case 3, 4, 5, 6 -> awaitFuture(self);
      case 7 -> fail(self);
      case 8 -> cancelGroup(self);
      case 9 -> cancelSomeone();
      case 10, 11 -> cleaningUp(self, depth);
      case 12 -> swallowing(self, depth);
      case 13 -> catching(self, depth);
      case 14 -> after(random.nextInt(6), () -> createTaskFromCallback(self, depth));
      case 15, 16, 17, 18 -> groupOf(self, depth);
      default -> createTask(self, depth);
    }
  }

  private void fail(Member self) {
    if (oneIn(2)) {
      throw new Leaf("failure of " + self.name);
    }
  }

  private void yieldOnce(Member self) throws Exception {
    suspend(
        self,
        () -> {
          Asyncio.sleep(Duration.ZERO);
          return null;
        });
  }

  private void awaitFuture(Member self) throws Exception {
    Future<String> future = loop.createFuture();
    boolean fails = oneIn(16);
    after(
        random.nextInt(6),
        () -> {
          if (!future.done()) {
            if (fails) {
              future.setException(new Leaf("future of " + self.name));
            } else {
              future.setResult("value");
            }
          }
        });
    try {
      suspend(self, future::await);
    } finally {
      future.markRetrieved();
    }
  }

  private void suspend(Member self, Callable<?> suspending) throws Exception {
    try {
      suspending.call();
    } catch (CancelledError e) {
      self.resumed(true);
      throw e;
    } catch (Throwable t) {
      self.resumed(false);
      throw t;
    }
    self.resumed(false);
  }

  private void cleaningUp(Member self, int depth) throws Exception {
    try {
      program(self, depth);
    } finally {
      for (int i = random.nextInt(3); i > 0; i--) {
        yieldOnce(self);
      }
      if (oneIn(10)) {
        cleanUpBadly(self);
      }
    }
  }

  private static void cleanUpBadly(Member self) {
    throw new Leaf("cleanup of " + self.name);
  }

  private void swallowing(Member self, int depth) throws Exception {
    try {
      program(self, depth);
    } catch (CancelledError e) {
      if (!GroupRules.behind(e).isEmpty()) {
        throw e;
      }
      rules.note(self.name + " swallows");
    }
  }

  private void catching(Member self, int depth) throws Exception {
    try {
      program(self, depth);
    } catch (Leaf | ExceptionGroup e) {
      rules.note(self.name + " catches " + e);
    }
  }

  // Groups.

  private void groupOf(Member self, int depth) throws Exception {
    if (depth >= MAX_DEPTH) {
      yieldOnce(self);
      return;
    }
    boolean block = oneIn(2);
    var group = rules.new Group("group " + ++groups, self, block);
    Throwable outcome = null;
    try {
      if (block) {
        block(self, group, depth);
      } else {
        runGroup(self, group, depth);
      }
    } catch (Throwable t) {
      outcome = t;
      throw t;
    } finally {
      group.ends(outcome);
    }
  }

  private void runGroup(Member self, Group rule, int depth) throws Exception {
    rule.group = new TaskGroup();
    if (oneIn(12)) {
      rule.group().cancel();
      rule.cancelled();
    }
    rule.group()
        .run(
            group -> {
              rule.entered();
              Throwable failure = null;
              try {
                program(self, depth + 1);
              } catch (Throwable t) {
                failure = t;
                throw t;
              } finally {
                rule.exits(failure, false);
              }
            });
  }

  private void block(Member self, Group rule, int depth) throws Exception {
    try (var group = TaskGroup.open()) {
      rule.group = group;
      rule.entered();
      try {
        program(self, depth + 1);
      } catch (Throwable t) {
        rule.exits(t, true);
        throw t;
      }
      boolean joins = !oneIn(4);
      rule.exits(null, !joins);
      if (joins) {
        group.join();
      }
    } catch (IllegalStateException e) {
      // Nothing else was wrong with a block that was left on purpose.
      if (!String.valueOf(e.getMessage()).contains("without join()")) {
        throw e;
      }
    }
  }

  /// Returns a group that the task has opened or is in, mostly the innermost; null at the root.
  private @Nullable Group visible(Member self) {
    Group group = self.stack.isEmpty() ? self.group : self.stack.getLast();
    while (group != null && oneIn(4)) {
      int place = group.parent.stack.indexOf(group);
      Group outer = place > 0 ? group.parent.stack.get(place - 1) : group.parent.group;
      if (outer == null) {
        break;
      }
      group = outer;
    }
    return group;
  }

  private void cancelGroup(Member self) {
    Group group = visible(self);
    if (group != null && oneIn(4)) {
      group.group().cancel();
      group.cancelled();
    }
  }

  private void cancelSomeone() {
    Member victim = members.get(random.nextInt(members.size()));
    if (victim.task != null && oneIn(3)) {
      victim.cancelFromOutside();
    }
  }

  private void createTaskFromCallback(Member self, int depth) {
    try {
      createTask(self, depth);
    } catch (IllegalStateException e) {
      rules.note("refused in a callback");
    }
  }

  private void createTask(Member self, int depth) {
    Group group = visible(self);
    if (group == null || members.size() >= MAX_TASKS || depth >= MAX_DEPTH) {
      return;
    }
    boolean starts = random.nextInt(10) < eager;
    TaskOptions options = TaskOptions.DEFAULT.eagerStart(starts);
    for (int i = random.nextInt(2); i > 0; i--) {
      var resource = new Resource();
      resources.add(resource);
      options = options.owns(resource);
    }
    var child = rules.new Member("task " + members.size(), group);
    boolean refuses = group.refuses();
    int place = members.size();
    members.add(child);
    try {
      child.task = group.group().createTask(() -> run(child, depth + 1), options);
    } catch (IllegalStateException e) {
      members.remove(place);
      if (!refuses) {
        rules.differs(group.name + ": refuses a task: " + e.getMessage());
      }
      throw e;
    }
    if (refuses) {
      rules.differs(group.name + ": takes a task");
    }
    if (child.started != starts) {
      rules.differs(child.name + ": has started: " + child.started);
    }
    group.created(child);
    if (!child.task.done() || !child.ended) {
      child.task().addDoneCallback(f -> group.childEnds(child));
    }
  }
}
