// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules for groups of tasks (TC-01, R-42 to R-44), applied to what happens in a tree of
/// groups: which task ended when and how, who asked whom to be cancelled. Tells what must come out
/// of each group and each suspending call, and keeps the first difference. Loop thread.
final class GroupRules {
  private final EventLoop loop;
  private final @Nullable List<String> log;
  private @Nullable String problem;

  /// Makes the rules of one tree.
  ///
  /// @param log gets a line for each thing that happens; null for none
  GroupRules(EventLoop loop, @Nullable List<String> log) {
    this.loop = loop;
    this.log = log;
  }

  /// Returns the first difference between what is and what must be, or null.
  @Nullable String problem() {
    return problem;
  }

  void differs(String text) {
    note(text);
    if (problem == null) {
      problem = text;
    }
  }

  void note(String text) {
    if (log != null) {
      log.add(text);
    }
  }

  /// A task of the tree, as the rules see it.
  final class Member {
    final String name;
    final @Nullable Group group;
    final List<Group> stack = new ArrayList<>();
    @Nullable Task<?> task;
    int finallyBlocks;
    boolean started;
    boolean ended;
    // Requests to cancel it that come neither from its own group nor from one that it has opened.
    private int requests;
    private boolean cancelledByGroup;
    // A request that is to be thrown by the next suspending call.
    private boolean due;
    private @Nullable Throwable thrown;

    Member(String name, @Nullable Group group) {
      this.name = name;
      this.group = group;
    }

    Task<?> task() {
      return Objects.requireNonNull(task, "task");
    }

    int cancelling() {
      int count = requests + (cancelledByGroup ? 1 : 0);
      for (Group open : stack) {
        count += open.parentRequested ? 1 : 0;
      }
      return count;
    }

    /// Someone outside of all groups cancels it.
    void cancelFromOutside() {
      boolean pending = task().cancel();
      if (pending == task().done()) {
        differs(name + ": cancel() has returned " + pending + " " + task);
      }
      if (pending) {
        note(name + " is cancelled from outside");
        requests++;
        requested();
      }
    }

    private void requested() {
      Group innermost = stack.isEmpty() ? null : stack.getLast();
      if (innermost == null || !innermost.exiting) {
        due = true;
        return;
      }
      innermost.requestedWhileWaiting = true;
      innermost.endWaitSoon();
    }

    /// The task makes its first step.
    void starts() {
      started = true;
      if (due) {
        differs(name + ": runs though it was cancelled before");
      }
    }

    /// A suspending call of the task returns or throws.
    void resumed(boolean cancelled) {
      if (cancelled != due) {
        differs(name + (due ? ": a cancellation was not thrown" : ": a cancellation was made up"));
      }
      due = false;
    }

    void bodyEnds(@Nullable Throwable failure) {
      finallyBlocks++;
      thrown = failure;
      note(name + " ends with " + failure);
    }

    /// The task is done.
    void taskEnds() {
      ended = true;
      if (finallyBlocks != (started ? 1 : 0)) {
        differs(name + ": finally has run " + finallyBlocks + " times, started: " + started);
      }
      if (task().cancelling() != cancelling()) {
        differs(name + ": cancelling " + task().cancelling() + " instead of " + cancelling());
      }
      Throwable failure = failureOf(task());
      Throwable expected = expectedFailure();
      if (!sameFailure(failure, expected)) {
        differs(name + ": has ended with " + failure + " instead of " + expected);
      }
    }

    private @Nullable Throwable expectedFailure() {
      if (!started || (thrown == null && due)) {
        return new CancelledError();
      }
      List<Throwable> behind = behind(thrown);
      return switch (behind.size()) {
        case 0 -> thrown;
        case 1 -> behind.getFirst();
        default -> new ExceptionGroup("groups", behind);
      };
    }
  }

  /// A group of the tree, as the rules see it.
  final class Group {
    final String name;
    final Member parent;
    final boolean tryWithResources;
    final Set<Member> children = new LinkedHashSet<>();
    @Nullable TaskGroup group;
    private final Set<Member> live = new LinkedHashSet<>();
    private final List<Throwable> errors = new ArrayList<>();
    private boolean aborting;
    private boolean parentRequested;
    private boolean exiting;
    private boolean ended;
    private boolean requestedWhileWaiting;
    // Whether the block was left without join().
    private boolean abandoned;
    private @Nullable Throwable bodyFailure;

    Group(String name, Member parent, boolean tryWithResources) {
      this.name = name;
      this.parent = parent;
      this.tryWithResources = tryWithResources;
    }

    TaskGroup group() {
      return Objects.requireNonNull(group, "group");
    }

    void entered() {
      note(name + " of " + parent.name + " begins");
      parent.stack.add(this);
      if (aborting) {
        requestParent();
      }
    }

    /// Someone has called `cancel()`.
    void cancelled() {
      note(name + " is cancelled");
      if (!ended && !aborting) {
        abort();
        if (parent.stack.contains(this)) {
          requestParent();
        }
      }
    }

    private void requestParent() {
      parentRequested = true;
      Group innermost = parent.stack.getLast();
      if (innermost == this && exiting) {
        requestedWhileWaiting = true;
      } else {
        parent.requested();
      }
    }

    private void abort() {
      aborting = true;
      for (Member child : live) {
        if (!child.task().done()) {
          cancel(child);
        }
      }
    }

    private void cancel(Member child) {
      child.cancelledByGroup = true;
      child.requested();
    }

    /// Tells whether a new task must be refused now.
    boolean refuses() {
      return ended || aborting || (exiting && live.isEmpty());
    }

    void created(Member child) {
      note(name + " gets " + child.name);
      children.add(child);
      if (child.task().done()) {
        childEnds(child);
        return;
      }
      live.add(child);
      if (aborting) {
        // The group was cancelled while its eager first step was made.
        cancel(child);
      }
    }

    /// The group learns that a task has ended.
    void childEnds(Member child) {
      live.remove(child);
      child.taskEnds();
      Throwable failure = failureOf(child.task());
      note(name + " loses " + child.name + " " + failure);
      if (failure != null && !(failure instanceof CancelledError)) {
        errors.add(failure);
        if (!aborting) {
          abort();
          requestParent();
        }
      }
    }

    /// The body has ended and the wait begins.
    ///
    /// @param abandons whether the body has ended without waiting, as by an exception
    void exits(@Nullable Throwable failure, boolean abandons) {
      note(name + " waits, after " + failure);
      bodyFailure = failure;
      abandoned = abandons;
      if ((failure != null || abandons) && !aborting) {
        abort();
      }
      exiting = true;
      if (parent.due && !live.isEmpty()) {
        parent.due = false;
        requestedWhileWaiting = true;
        endWaitSoon();
      }
    }

    // The wait is cancelled, which the parent learns in a step that is queued next to this.
    private void endWaitSoon() {
      loop.callSoon(
          () -> {
            if (!ended && !aborting) {
              abort();
            }
          });
    }

    /// The group has ended.
    void ends(@Nullable Throwable outcome) {
      note(name + " has ended with " + outcome);
      ended = true;
      for (Member child : children) {
        if (!child.ended || !child.task().done()) {
          differs(name + ": " + child.name + " is an orphan");
        }
      }
      parent.stack.remove(this);
      int external = parent.cancelling();
      if (parent.task().cancelling() != external) {
        differs(name + ": cancelling " + parent.task().cancelling() + " instead of " + external);
      }
      if (external == 0) {
        parent.due = false;
      }
      if (tryWithResources) {
        checkBlock(outcome, external);
      } else {
        checkRun(outcome, external);
      }
    }

    private void checkRun(@Nullable Throwable outcome, int external) {
      List<Throwable> behind = behind(bodyFailure);
      boolean bodyCancelled = bodyFailure instanceof CancelledError && behind.isEmpty();
      if (!behind.isEmpty()) {
        errors.addAll(behind);
      } else if (bodyFailure != null && !bodyCancelled) {
        errors.add(bodyFailure);
      }
      boolean ours = parentRequested && external == 0;
      checkOutcome(outcome, (bodyCancelled || requestedWhileWaiting) && !ours, external);
    }

    private void checkOutcome(@Nullable Throwable outcome, boolean cancelled, int external) {
      if (!errors.isEmpty()) {
        expect(outcome, new ExceptionGroup("expected", errors));
        // The cancellation is not lost but thrown by the next suspending call.
        parent.due = external > 0;
      } else {
        expect(outcome, cancelled ? new CancelledError() : null);
      }
    }

    // What the block throws wins over what close() throws.
    private void checkBlock(@Nullable Throwable outcome, int external) {
      boolean cancelled = requestedWhileWaiting && !(parentRequested && external == 0);
      if (bodyFailure == null && !abandoned) {
        checkOutcome(outcome, cancelled, external);
        return;
      }
      parent.due |= external > 0 && (cancelled || !errors.isEmpty());
      if (bodyFailure == null) {
        expect(outcome, errors.isEmpty() ? null : new ExceptionGroup("expected", errors));
      } else {
        if (outcome != bodyFailure) {
          differs(name + ": the block throws " + outcome + " instead of " + bodyFailure);
        }
        if (!errors.isEmpty()) {
          Throwable last = bodyFailure.getSuppressed()[bodyFailure.getSuppressed().length - 1];
          expect(last, new ExceptionGroup("expected", errors));
        }
      }
    }

    private void expect(@Nullable Throwable outcome, @Nullable Throwable expected) {
      if (!sameFailure(outcome, expected)) {
        differs(name + ": throws " + show(outcome) + " instead of " + show(expected));
      }
    }
  }

  private static String show(@Nullable Throwable t) {
    return t instanceof ExceptionGroup group ? "group of " + group.exceptions() : String.valueOf(t);
  }

  static @Nullable Throwable failureOf(Task<?> task) {
    return task.cancelled() ? new CancelledError() : task.exception();
  }

  /// Returns the groups whose block was left by a cancellation, which could not be replaced.
  static List<Throwable> behind(@Nullable Throwable t) {
    var groups = new ArrayList<Throwable>();
    if (t instanceof CancelledError) {
      for (Throwable suppressed : t.getSuppressed()) {
        if (suppressed instanceof ExceptionGroup) {
          groups.add(suppressed);
        }
      }
    }
    return groups;
  }

  private static boolean sameFailure(@Nullable Throwable one, @Nullable Throwable other) {
    if (one == other) {
      return true;
    }
    if (one instanceof CancelledError && other instanceof CancelledError) {
      return true;
    }
    return one instanceof ExceptionGroup a
        && other instanceof ExceptionGroup b
        && a.exceptions().size() == b.exceptions().size()
        && sameMembers(a.exceptions(), b.exceptions());
  }

  private static boolean sameMembers(List<Throwable> some, List<Throwable> others) {
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i) != others.get(i)) {
        return false;
      }
    }
    return true;
  }
}
